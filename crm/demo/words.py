"""Texts for the demo's meetings, follow-ups and concerns: short, plain and about no real person."""

FACTS = (
    "They asked for a walk round the square after evening prayers. We agreed on Thursdays.",
    "New lighting by the underpass works. Two lamps near the bus stop do not.",
    "They would like a session on how to report online hate. Twelve people would come.",
    "Summer fair is planned. They expect four hundred people and ask who to call on the day.",
    "Nothing new since last time. They have our number on the notice board.",
    "Shop windows were scratched twice this month. They have reported both.",
    "The hall has a new caretaker, who will open for us on Tuesdays.",
    "Parents worry about the crossing at school time. They will count cars for a week.",
    "They told us what they heard from the families at the reception centre about waiting times.",
    "They asked what came of the graffiti report. I told them it is cleaned and with the case team.",
)
ASSESSMENTS = (
    "",
    "",
    "Trust is growing. I would keep the same officer.",
    "They seem tired of promises. Better to bring one result than three plans.",
    "Good moment to invite them to the advisory group.",
)
PROMISES = (
    ("Call back {name}", "call_back"),
    ("Send the reporting form to {name}", "send_information"),
    ("Visit {name} before the weekend", "visit"),
    ("Ask the city about the lamps near {name}", "refer_municipal"),
    ("Tell {name} what came of their report", "report_back"),
    ("Arrange the reporting session with {name}", "arrange_meeting"),
    ("Extra patrol past {name} on Friday evening", "reassurance_patrol"),
    ("Translate the leaflet for {name}", "translate_accessible"),
)
RESULTS = (
    "Done and they know.",
    "Called, they were pleased.",
    "Sent by e-mail.",
    "The city will repair it in May.",
    "",
)
CONCERNS = (
    (
        ("graffiti_symbol", "attack_on_community_site"),
        "Symbol painted on the side door overnight.",
        "symbols",
    ),
    (
        ("hate_speech_online",),
        "Insults under the group’s public page after the street party.",
        "words_gestures",
    ),
    (
        ("harassment",),
        "Young people shouted at people leaving the building, three evenings in a row.",
        "words_gestures",
    ),
    (("threat",), "A letter with threats was left in the letter box.", "words_gestures"),
    (("property_damage",), "A window was broken. Nothing was taken.", "location_timing"),
    (("fear_of_crime",), "People avoid the underpass after dark.", ""),
    (("event_security",), "They expect a counter-demonstration at the spring procession.", ""),
    (("reporting_barrier",), "Two people did not report because no interpreter was there.", ""),
    (
        ("discrimination",),
        "Turned away at the door of a bar, they say because of how they looked.",
        "victim_perception",
    ),
    (("rumour",), "A rumour about the hall being closed is making the rounds before the festival.", ""),
)
# The discrimination ground that matches a community, for concerns that have a ground.
GROUND_OF_FOCUS = {
    "muslim": "anti_muslim",
    "jewish": "antisemitic",
    "christian": "anti_christian",
    "sikh": "other_religion_belief",
    "hindu": "other_religion_belief",
    "roma": "anti_roma",
    "travellers": "racist_xenophobic",
    "african_descent": "anti_black",
    "migrants": "racist_xenophobic",
    "refugees": "racist_xenophobic",
    "lgbti": "anti_lgbti",
    "trans": "anti_trans",
    "women": "gender_based",
    "disability": "disability",
    "homelessness": "poverty",
    "language_minority": "language",
}
EVIDENCE = {
    "roma": "City survey of housing, last year",
    "refugees": "Reception centre’s published numbers",
    "muslim": "Two prayer rooms on the city’s map",
    "lgbti": "Annual pride picnic in the park",
    "women": "Half the population",
    "older_people": "Census: one in four is over 65",
    "language_minority": "School registers, languages spoken at home",
    "homelessness": "Street count in February",
    "jewish": "Synagogue and school in the district",
    "disability": "Day centre and sheltered housing",
}
