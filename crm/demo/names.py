"""Names of organisations and people of Alderport, in several languages and scripts. All are made up."""

# (name, kind, focuses they declare, languages)
ORGANISATIONS: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("{place} Residents’ Association", "residents_association", (), ("en",)),
    ("Friends of {place}", "community_group", (), ("en",)),
    ("{place} Tenants’ Voice", "housing_tenants", (), ("en",)),
    (
        "Asociación Raíces de {district}",
        "minority_association",
        ("migrants", "african_descent"),
        ("es", "en"),
    ),
    ("Associação de Moradores de {place}", "residents_association", (), ("pt", "en")),
    ("Сдружение „Младост“ {district}", "youth_organisation", ("youth", "language_minority"), ("bg", "en")),
    ("Σύλλογος Ελλήνων {district}", "minority_association", ("language_minority",), ("el", "en")),
    ("Al-Noor Mosque {district}", "religious_community", ("muslim",), ("ar", "en")),
    ("مركز السلام {district}", "community_group", ("refugees", "muslim"), ("ar", "en")),
    ("Gurdwara Sahib {district}", "religious_community", ("sikh",), ("pa", "en")),
    ("Beth Shalom Synagogue {district}", "religious_community", ("jewish",), ("he", "en")),
    ("St Brannoc’s Parish {district}", "religious_community", ("christian",), ("en",)),
    ("Sri Ganesha Temple {district}", "religious_community", ("hindu",), ("hi", "en")),
    ("{district} Women’s Network", "womens_organisation", ("women",), ("en",)),
    ("Naisten Talo {district}", "womens_organisation", ("women", "migrants"), ("fi", "en")),
    ("Kvinnojouren {district}", "shelter", ("women",), ("sv", "en")),
    ("Rainbow House {district}", "lgbt_organisation", ("lgbti",), ("en",)),
    ("Trans Alderport, {district} group", "lgbt_organisation", ("trans", "lgbti"), ("en",)),
    ("Roma Voices {district}", "minority_association", ("roma",), ("rom", "ro", "en")),
    ("Centro Gitano {district}", "minority_association", ("roma",), ("es", "rom")),
    ("Travellers’ Forum {district}", "community_group", ("travellers",), ("en",)),
    ("African Diaspora Council {district}", "minority_association", ("african_descent",), ("fr", "en")),
    ("Casa do Brasil {district}", "minority_association", ("migrants",), ("pt",)),
    ("Связь: Russian Speakers of {district}", "minority_association", ("language_minority",), ("ru", "en")),
    ("Latvieši {district}", "minority_association", ("language_minority",), ("lv", "en")),
    ("Eesti Selts {district}", "culture_sport", ("language_minority",), ("et", "en")),
    ("{district} Deaf Club", "disability_organisation", ("disability",), ("bfi", "en")),
    ("Open Doors Disability Forum {district}", "disability_organisation", ("disability",), ("en",)),
    ("{place} Over-60s", "older_people_organisation", ("older_people",), ("en",)),
    ("{place} Youth Club", "youth_organisation", ("youth",), ("en",)),
    ("Welcome Refugees {district}", "ngo", ("refugees", "stateless"), ("en", "ar", "uk")),
    ("{district} Reception Centre", "reception_centre", ("refugees",), ("en", "fa", "ti")),
    ("Night Shelter {place}", "shelter", ("homelessness",), ("en",)),
    ("Victim Support {district}", "victim_support", (), ("en",)),
    ("{district} Law Centre", "law_advocacy", (), ("en",)),
    ("Sportello Migranti {district}", "ngo", ("migrants",), ("it", "en")),
    ("{district} Market Traders’ Association", "business_association", (), ("en",)),
    ("{place} Parents’ Association", "parents_association", (), ("en",)),
    ("{district} Community School", "school", (), ("en",)),
    ("{district} Health Centre", "health_service", (), ("en",)),
    ("Green {place}", "environment", (), ("en",)),
    ("{district} Football Club", "culture_sport", (), ("en",)),
)

GIVEN = (
    "Amina", "Mārtiņš", "Åsa", "Joana", "Ivan", "Kaisa", "Giulia", "Nuno", "Leila", "Tõnu", "Елена", "Δημήτρης",
    "Yusuf", "Harpreet", "Miriam", "Rosa", "Samuel", "Ilze", "Omar", "Grace", "Петър", "Ana", "Rahel", "Kwame",
    "Signe", "Tiago", "Noor", "Helmi", "Dorina", "Peter",
)  # fmt: skip
FAMILY = (
    "Hassan", "Bērziņš", "Lindqvist", "Carvalho", "Petrov", "Virtanen", "Ferrari", "Almeida", "Rahimi", "Tamm",
    "Николова", "Παπαδάκης", "Demir", "Kaur", "Levi", "Heredia", "Okafor", "Kalniņa", "Farouk", "Mensah", "Георгиев",
    "Núñez", "Tesfay", "Boateng", "Nilsson", "Rocha", "Khalil", "Korhonen", "Stan", "Walker",
)  # fmt: skip
ROLES = (
    "coordinator",
    "chair",
    "spokesperson",
    "secretary",
    "treasurer",
    "caretaker",
    "headteacher",
    "volunteer lead",
)
OFFICERS = (
    ("W", "Ines Duarte"), ("N", "Tomas Reyes"), ("E", "Katri Salonen"), ("E", "Luca Bianchi"), ("H", "Elza Ozola"),
    ("H", "Marek Sild"), ("O", "Frida Holm"), ("S", "Stoyan Kolev"), ("W", "Rui Pinto"), ("O", "Teresa Gil"),
)  # fmt: skip
