"""Made-up names of people and streets of Alderport, in several languages and scripts."""

# Given names and family names that are common together, by language.
PEOPLE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "en": (
        (
            "Grace",
            "Samuel",
            "Miriam",
            "Peter",
            "Hannah",
            "Owen",
            "Ruth",
            "Callum",
            "Esther",
            "Martin",
            "Joan",
            "Ravi",
        ),
        (
            "Walker",
            "Harding",
            "Osei",
            "Pryce",
            "Whitlock",
            "Bannister",
            "Fenn",
            "Okafor",
            "Marlowe",
            "Sutton",
            "Rao",
        ),
    ),
    "es": (
        ("Rosa", "Ana", "Iker", "Marta", "Joaquín", "Lucía"),
        ("Heredia", "Núñez", "Olmedo", "Vargas", "Cortés", "Paredes"),
    ),
    "pt": (
        ("Joana", "Tiago", "Nuno", "Beatriz", "Duarte", "Inês"),
        ("Carvalho", "Almeida", "Rocha", "Teles", "Figueira", "Moniz"),
    ),
    "ar": (
        ("Leila", "Omar", "Noor", "Yusuf", "Samira", "Karim", "Huda"),
        ("Khalil", "Farouk", "Rahimi", "Hassan", "Darwish", "Mansour"),
    ),
    "fr": (
        ("Awa", "Kwame", "Mariam", "Étienne", "Fatou", "Didier"),
        ("Mensah", "Boateng", "Diallo", "Kouassi", "Traoré", "Ndiaye"),
    ),
    "rom": (
        ("Dorina", "Florin", "Sabina", "Nicolae", "Mirela"),
        ("Stan", "Lăcătuș", "Ciobanu", "Lakatos", "Kaldaras"),
    ),
    "pl": (("Ewa", "Tomasz", "Halina", "Marek"), ("Zielińska", "Wrona", "Nowicka", "Sobczak")),
    "pa": (("Harpreet", "Simran", "Gurdeep"), ("Kaur Gill", "Singh Sandhu", "Singh Dhillon")),
    "hi": (("Anjali", "Suresh", "Meera"), ("Iyer", "Sharma", "Kulkarni")),
    "he": (("Avital", "Jonathan", "Tamar"), ("Levi", "Benveniste", "Amsalem")),
    "uk": (("Олена", "Тарас", "Iryna"), ("Шевчук", "Бондар", "Koval")),
    "sr": (("Јелена", "Милан"), ("Петровић", "Илић")),
    "el": (("Δημήτρης", "Ελένη", "Katerina"), ("Παπαδάκης", "Νικολάου", "Vasiliou")),
    "sv": (("Åsa", "Signe", "Elin"), ("Lindqvist", "Nilsson", "Öberg")),
    "fi": (("Kaisa", "Helmi", "Aino"), ("Virtanen", "Korhonen", "Lahti")),
    "se": (("Máret", "Ánte", "Elle"), ("Sara", "Utsi", "Baal")),
    "lv": (("Mārtiņš", "Ilze", "Baiba"), ("Bērziņš", "Kalniņa", "Ozols")),
    "et": (("Tõnu", "Liis", "Mari"), ("Tamm", "Kask", "Rebane")),
    "ti": (("Rahel", "Selam", "Dawit"), ("Tesfay", "Haile", "Gebremedhin")),
    "so": (("Hodan", "Abdi", "Sagal"), ("Warsame", "Farah", "Jama")),
    "it": (("Giulia", "Paolo", "Chiara"), ("Ferrari", "Conti", "Bellini")),
}
FIRST_ROLES = {
    "school": "headteacher",
    "religious_community": "secretary",
    "municipal_service": "desk manager",
    "prosecution": "prosecutor",
    "other_police": "liaison officer",
    "health_service": "practice manager",
    "academic": "lecturer",
    "media": "editor",
    "shelter": "manager",
    "reception_centre": "manager",
    "victim_support": "coordinator",
    "ngo": "coordinator",
    "youth_organisation": "youth worker",
    "trade_union": "branch secretary",
}
ROLES = ("secretary", "treasurer", "caretaker", "spokesperson", "volunteer lead", "coordinator")
OFFICERS = (
    ("W", "Ines Duarte"), ("N", "Tomas Reyes"), ("E", "Katri Salonen"), ("E", "Luca Bianchi"), ("H", "Elza Ozola"),
    ("H", "Marek Sild"), ("O", "Frida Holm"), ("S", "Stoyan Kolev"), ("W", "Rui Pinto"), ("O", "Teresa Gil"),
)  # fmt: skip
STREETS = (
    "Anchor Street", "Apple Walk", "Barrel Lane", "Bell Street", "Candle Row", "Chandler Street", "Cooper’s Hill",
    "Dove Street", "Elm Terrace", "Fennel Lane", "Ferryman Street", "Glazier Lane", "Heron Street", "Ink Alley",
    "Juniper Road", "Kestrel Way", "Lantern Street", "Linden Road", "Mason Street", "Mulberry Lane", "Needle Street",
    "Old Mill Road", "Orange Street", "Paper Street", "Plum Court", "Ropemaker Lane", "Saddler Street", "Salt Street",
    "Sexton Lane", "Spindle Street", "Stone Stairs", "Swallow Road", "Thimble Lane", "Tide Street", "Wheelwright Road",
    "Willow Bank",
)  # fmt: skip
