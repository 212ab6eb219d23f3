"""Words in names of organisations, in nine languages and Greek, spelled in Latin letters.

en · es · pt · it · fi · et · lv · bg · sv · el, as `lib.fold.latin` spells them.
"""

from collections.abc import Mapping
from typing import Final

from lib.small_words import words

# Legal forms, which do not distinguish organisations. “Foundation” and “federation” do, so they are not here.
FORMS: Final = words(
    "ac apgb aps asbl asd asn asoc asociace asociacion asociaciones asociatia asotsiatsia assn assoc "
    "associacao associacio association associazione biedriba charity cic cio coop cooperativa "
    "egesellschaft ets ev forening foreningen gmbh ideell ideella inc llc ltd mittetulundusuhing mtu ngo "
    "ngos odv ong ongd ongs onlus plc rf ry sa scoop sdruzhenie sl sll slu snts somateio somatio srl "
    "stowarzyszenie verein vzw yhdistys zs"
)

# Prepositions before a place.
LOCATIVES: Final = words("a at em en i in na nas no nos pa se sti stin sto till v ved")

# Abbreviations and variants of words, and the words they mean.
ABBREVIATIONS: Final[Mapping[str, str]] = {
    # Spanish
    "avv": "vecinos", "aavv": "vecinos", "aav": "vecinos", "avecinos": "vecinos", "vecinal": "vecinos",
    "vecinales": "vecinos", "vecinas": "vecinos", "aven": "vecinos",
    "apa": "ampa", "amypa": "ampa", "apyma": "ampa", "afa": "ampa", "aampa": "ampa", "famillas": "familias",
    "acult": "cultural", "cult": "cultural", "soc": "sociedad", "sdad": "sociedad",
    "cd": "club deportivo", "cde": "club deportivo", "cf": "club futbol", "cb": "club baloncesto",
    "cp": "colegio", "ceip": "colegio", "col": "colegio", "cra": "colegio", "cole": "colegio",
    "ies": "instituto", "ei": "escuela infantil", "esc": "escuela",
    "ad": "agrupacion deportiva", "aj": "juvenil", "agrup": "agrupacion", "agr": "agrupacion",
    "fed": "federacion", "fund": "fundacion", "fundac": "fundacion", "conf": "confederacion",
    "hdad": "hermandad", "hmdad": "hermandad", "cof": "cofradia", "cofr": "cofradia", "parr": "parroquia",
    "ntra": "nuestra", "ntro": "nuestro", "nra": "nuestra", "sra": "senora", "sr": "senor", "sto": "santo",
    "sta": "santa", "ma": "maria", "fco": "francisco", "jto": "conjunto", "urb": "urbanizacion",
    "bda": "barriada", "bo": "barrio", "avda": "avenida", "pza": "plaza", "pl": "plaza", "ctro": "centro",
    "dto": "distrito", "dpto": "departamento", "ctra": "carretera", "comp": "compania", "cia": "compania",
    "gpo": "grupo", "resid": "residencia", "res": "residencia", "bib": "biblioteca", "coord": "coordinadora",
    "plat": "plataforma", "com": "comunidad", "cdad": "comunidad", "mun": "municipal", "muni": "municipal",
    "prov": "provincial", "nac": "nacional", "internac": "internacional", "int": "internacional",
    "dep": "deportivo", "deptvo": "deportivo", "deportiva": "deportivo", "deportivos": "deportivo",
    "juv": "juvenil", "musc": "musical", "mus": "musical", "trab": "trabajadores", "empr": "empresarios",
    # Portuguese
    "am": "moradores", "grp": "grupo", "desp": "desportivo", "desportiva": "desportivo", "esp": "espanola",
    # Italian
    "circ": "circolo", "assocne": "associazione",
    # English
    "st": "saint", "ft": "football", "fc": "football club", "comm": "community", "comty": "community",
    "soc.": "society", "ctr": "centre", "center": "centre", "cntr": "centre", "assocn": "association",
    "ra": "residents", "ta": "tenants", "pta": "parents teacher", "govt": "government", "hosp": "hospital",
    "univ": "universidad", "uni": "universidad", "natl": "national", "dept": "department", "ch": "church",
    "gp": "group", "ro": "road", "rd": "road", "youths": "youth", "neighbors": "neighbours",
    # Finnish, Estonian, Latvian, Swedish
    "yhd": "yhdistys", "srk": "seurakunta", "vpk": "palokunta", "if": "idrottsforening",
    "ik": "idrottsklubb", "bk": "bollklubb", "brf": "bostadsrattsforening", "sk": "spordiklubi",
    "bba": "biedriba", "sp": "sporta", "fb": "fonds",
    # Bulgarian and Greek
    "nch": "narodno chitalishte", "ou": "osnovno uchilishte", "dg": "detska gradina", "sv": "sveti",
    "ao": "athlitikos omilos", "ag": "agios", "agia": "agia", "syl": "syllogos",
}  # fmt: skip

# The same, but only before a full stop, because they are also words or other abbreviations.
DOTTED_ABBREVIATIONS: Final[Mapping[str, str]] = {
    "s": "san", "com": "comunidad", "int": "internacional", "res": "residencia", "esp": "espanola",
    "am": "moradores", "ap": "pais", "ra": "residents", "ta": "tenants", "sp": "sporta",
    "if": "idrottsforening",
    "av": "vecinos", "cult": "cultural", "sk": "spordiklubi", "ma": "maria",
}  # fmt: skip

# Further words to find an organisation by that has one of these words in its name.
SYNONYMS: Final[Mapping[str, str]] = {
    "vecinos": "asociacion vecinos vecinal avv aavv",
    "ampa": "asociacion madres padres alumnos familias ampa apa",
    "moradores": "associacao moradores",
    "residents": "residents association",
    "tenants": "tenants association",
    "pta": "parent teacher association pta",
    "colegio": "colegio publico ceip cp",
    "instituto": "instituto ies",
    "biedriba": "biedriba bba",
    "yhdistys": "yhdistys ry",
}

# Phrases (in any order, without small words), and the single word that means the same.
PHRASES: Final[tuple[tuple[frozenset[str], str], ...]] = tuple(
    (words(phrase), word)
    for phrase, word in (
        ("madres padres alumnos", "ampa"),
        ("madres padres alumnas alumnos", "ampa"),
        ("madres padres alumnado", "ampa"),
        ("madres padres familias", "ampa"),
        ("familias alumnado", "ampa"),
        ("familias alumnos", "ampa"),
        ("madres padres", "ampa"),
        ("padres alumnos", "ampa"),
        ("parents teacher", "pta"),
        ("parent teacher", "pta"),
        ("colegio publico", "colegio"),
        ("colegio educacion infantil primaria", "colegio"),
        ("instituto educacion secundaria", "instituto"),
        ("nestopanska tsel", ""),
        ("sin animo lucro", ""),
        ("sportiva dilettantistica", ""),
    )
)

# Kinds of organisations, which many share.
KINDS: Final = words(
    "agrupacion alumnos amici amigas amigos ampa antiguas antiguos artesanos ateneo athlitikos atletismo "
    "aula baloncesto banda barriada barrio benefica benefico biblioteca bollklubb byalag cafe camara casa "
    "casal center centre centro chess chitalishte chorus church circolo circulo ciudad club clube "
    "coalition cofradia colectivo colegio comerciantes comision comitato comite community comunidad "
    "confederacion consejo consumidores cooperativa coordinadora coral coro council cultura cultural "
    "culturale culturales danza deaf delegacion departamento deporte deportes deportivo desportivo "
    "distrito don dona drustvo ekklisia empresarios enosi equipo escola escuela escuelas espanol espanola "
    "estudiantes familias federacion federation federazione femenino fondazione football foro forum "
    "foundation friends fundacao fundacion futbol gimnasia gradina group grupo gruppo hermandad hjartan "
    "hogar house huerto idrottsforening idrottsklubb iglesia igreja infantil inquilinos institute "
    "instituto jaunatnes jubilados junta juvenil juventud juventudes kentro klub klubi kodu koinotita "
    "koor kor koris koti kulttuuri kultura kulturno kyla kylayhdistys latinoamericana league literario "
    "local lonja madres maestros maja mayores moradores mosque movimiento mujeres municipal museo music "
    "musica musical mutual nacional nams narodno natacion national nayttamo neighbourhood neighbours "
    "network nuestra nuestro obshtestvo oficina omilos orchestra organizacion orquesta padres parents "
    "parish parrocchia parroquia partido patronato pena penas pensionistas plataforma polideportivo "
    "polifonica politistikos privado pro profesionales propietarios proyecto publico radio recreativa "
    "recreativo residencia residentes residents rowing saint san santa santo santos scout scouts seccion "
    "selts seltsi seniors senor senora seura sindicato social sociedad society sociocultural solidaridad "
    "spordiklubi sport sporta sportiva sportivo sports syllogos synagogue taller talo teatro temple "
    "tenants tenis theatre trabajadores traders trust uchilishte unidad union universidad universitaria "
    "university urbanizacion usuarios vecindad vecinos verein vereniging virgen voluntariado voluntarias "
    "voluntarios volunteers women womens yhdistys youth"
)

# Words that, added to a name, make another organisation.
DISTINGUISHING: Final = words(
    "alumnos amici amigos ampa antiguas antiguos banda biblioteca bollklubb bowls chess choir church "
    "colegio confederacion coral coro danza delegacion departamento draugi empresarios enfermeria escola "
    "escuela federacion federation federazione football friends fundacion gradina guarderia hospital "
    "iglesia infantil instituto jubilados kool kooli koulu koulun library mezquita moradores mosque museo "
    "orchestra orquesta padres parents parish parroquia pensionistas priyateli pta residencia residents "
    "school scout scouts seccion section sindicato skola skolas sobrad synagogue teatro tenants traders "
    "uchilishte vanner vecinos ystavat"
)

# Beginnings of words for sections of an organisation that are organisations of their own.
SECTIONS: Final = (
    *("juven", "joven", "jove", "jugend", "youth", "young", "junior", "cadet", "cadete", "senior", "veteran"),
    *(
        "infantil",
        "femeni",
        "feminin",
        "femminil",
        "mujer",
        "mulher",
        "donne",
        "women",
        "ladies",
        "girls",
        "boys",
    ),
    *(
        "giovan",
        "nuoris",
        "nuoret",
        "nuorten",
        "nais",
        "ungdom",
        "damer",
        "kvinn",
        "flick",
        "pojk",
        "noor",
        "nait",
    ),
    *(
        "jaunie",
        "jaunat",
        "siev",
        "mladezh",
        "zhen",
        "zheni",
        "neolai",
        "gynaik",
        "paidi",
        "detsk",
        "kids",
        "child",
    ),
    *(
        "branch",
        "filial",
        "sezione",
        "juniorit",
        "alevin",
        "benjamin",
        "masculin",
        "sub1",
        "sub2",
        "u1",
        "u2",
    ),
)

# Directions and sizes: another one means another place.
MARKS: Final = words(
    "alta alto ano austrumu baixo baja bajo cima cuarto dienvidu dolno east eastern est este etela fifth "
    "first fourth gorno great ida inferiore inner ita iztok kato laane lansi leste little louna lower "
    "mayor menor new nord norra norte north northern nueva nuevo oeste old ostra outer ovest pohja "
    "pohjoinen primera primero rietumu second segunda segundo sever severen sodra south southern sud sul "
    "superiore sur tercera tercero third upper vastra vieja viejo west western yug yuzhen zapad ziemelu"
)

# Numbered things: a single letter or a Roman numeral after them is a mark, not a small word.
NUMBERED: Final = words(
    "andar barrio block bloco blok bloque building distrito edificio eka escalera fase grupo house hus "
    "korpuss kvarter letra lot lote lotto maja manzana palazzo parcela phase planta port portal puerta "
    "rappu scala sector sektsia stair talo torre tower trappa trepp vhod zona"
)
