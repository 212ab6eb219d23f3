"""Words for columns and values in nine languages, as folded stems (lib.fold).

A heading means a field when one of its words begins with a stem; longer stems are tried first. `guessing`
reads these words.
"""

from collections.abc import Mapping
from typing import Final

# en · es · pt · it · fi · et · lv · bg · sv
ORGANISATION: Final = (
    "organisation organization association entidad entity organizacion asociacion organizacao associacao "
    "entidade organizzazion associazion ente organisaatio jarjesto yhdisty organisatsioon uhing uhendus "
    "organizacij biedrib организац сдружени organisation forening"
)
HEADINGS: Final[Mapping[str, str]] = {
    "external_id": "id numero number nif cif reg registro registo codice kood kods ytunnus номер orgnr nr "
    "organisationsnummer registrikood rekisterinumero rek rekisterinro nro no еик булстат",
    "short_name": "siglas corto corta curto curta breve acronym acronimo abreviatura sigla "
    "abbrev lyhenne luhend saisinajums съкращение forkortning short working",
    "name": "name nombre denominacion razon nome designacao denominazione nimi nosaukums име наименование "
    "namn organisationsnamn " + ORGANISATION,
    "kind": "kind type tipo categoria clasificada clasificacion category tipologia categoria tyyppi laji "
    "liik tuup veids tips kategorija вид тип категория typ kategori klass",
    "summary": "summary activities activity actividad atividad attivita toiminta tegevus darbiba дейност "
    "verksamhet description descripcion fines objeto descricao descrizione scopo kuvaus tarkoitus "
    "kirjeldus eesmark apraksts merkis описание цел beskrivning andamal",
    "home_district": "district ward distrito barrio bairro freguesia quartiere circoscrizione distretto "
    "kaupunginosa piiri linnaosa rajons apkaime район квартал stadsdel distrikt omrade",
    "website": "web website sitio url pagina site sito verkkosivu kotisivu koduleht veebileht majaslapa "
    "сайт уебсайт webbplats hemsida",
    "social": "facebook instagram twitter tiktok youtube linkedin whatsapp telegram media rrss redes",
    "email": "mail email correo posta sahkoposti epost epasts имейл поща",
    "phone": "phone telephone tel telefono prefijo movil telefone telemovel cellulare puhelin puh "
    "mobile mobil matkapuhelin telefon mobiil talrunis talr телефон",
    "postcode": "postcode postal cp cap zip codigo postinumero postiindeks indekss пощенски postnummer",
    "address": "address direccion domicilio calle morada endereco indirizzo via sede osoite aadress adrese "
    "адрес улица adress gata",
    "languages": "language idioma lengua lingua kieli keel valoda език sprak",
    "latitude": "latitude latitud latitudine lat leveysaste leveysasteet laiuskraad platuma platums ширина",
    "longitude": "longitude longitud longitudine lon lng long pituusaste pituusasteet pikkuskraad garums "
    "дължина",
    "access_needs": "access accesibilidad acessibilidade accessibilita esteettomyys ligipaasetavus "
    "piekluve достъпност tillganglighet",
    "status": "status estado estado stato tila staatus statuss състояние",
    "closed_on": "removed removal closed closure dissolved struck baja cese disolucion extincion extincao "
    "encerramento dissolucao chiusura cessazione scioglimento lakkautettu purettu purkautunut lopetatud "
    "likvideeritud kustutatud likvidets izslegts slegts заличен прекратен закрит "
    "avregistrerad upphord nedlagd",
    "contact_wish": "wish deseo desejo desiderio toive soov velme velesanas желание onskan onskemal",
}

# By how an organisation is registered or presents itself, never by whom a person is.
KINDS: Final[Mapping[str, str]] = {
    "womens_organisation": "women mujer mulher donne naisten naiste siev жени kvinn",
    "youth_organisation": "youth joven juven giovan nuoris noorte jaunie младеж ungdom",
    "parents_association": "parent ampa padres pais genitori vanhempain vanemate vecaku родител foraldra",
    "disability_organisation": "disab discapac deficien disabil vammais puudega invalid увреждан funktions",
    "older_people_organisation": "older senior mayores edad jubilad pension idosos anzian elakelais eakate "
    "veco възрастни пенсион",
    "residents_association": "resident neighb vecin morador residenti asukas elanike iedzivotaj жител boende",
    "religious_community": "relig iglesia church igreja chiesa seurakun kogudus draudze църк вероизповед "
    "forsamling",
    "lgbt_organisation": "lgbt lgtb arcigay seta hbtq",
    "trade_union": "union sindica sindaca ammattiliit ametiuhing arodbiedr синдикат fack",
    "business_association": "business empres comerci commerc yrittaj ettevotja uznem бизнес foretag",
    "environment": "environ ecolog ambient medioambien ymparisto keskkon vide околна miljo",
    "culture_sport": "cultur sport deport desport cultural kulttuuri urheilu kultuuri spordi kultura sporta "
    "култур читалищ спорт kultur idrott regional penas",
    "housing_tenants": "housing tenant viviend habitac inquilin vuokral uurni ires наемател hyres",
    "victim_support": "victim victima vitima vittim rikosuhri ohvri cietus пострадал brottsoff",
    "minority_association": "minorit etnic ethnic vahemmist vahemus mazakum малцинств minoritet",
    "ngo": "ngo ong onlus charity caridad solidar benefic voluntar kansalaisjarj mtu неправителств сдружени "
    "фондаци ideell",
}

STATUSES: Final[Mapping[str, str]] = {
    "active": "active activa ativo attiv aktiiv aktiv активн",
    "dormant": "dormant inactiva inativ sospes lepo neaktiv неактив vilande",
    "closed": "closed cerrad baja encerrad chius lakkaut lopetat suletud slegt закрит avslutad",
}

# Cells of a column about closing that say that the organisation is not closed.
NOT_CLOSED: Final = frozenset(
    ["no", "nao", "ei", "nej", "ne", "не", "false", "0", "active", "activa", "ativa", "attiva", "aktiv"]
)
WORDS_OF_CLOSING: Final = (
    "yes si sim kylla jah ja да true x removed closed dissolved cerrad baja cese disuelt extin encerrad "
    "dissolv chius cessat sciolt lakkaut purett purkaut lopetat likvid kustutat izslegt slegt закрит заличен "
    "прекратен avregistrer upphor avslut nedlagd"
)

# Whether the police may contact them. A word that means neither is for a person to map.
WISHES: Final[Mapping[str, str]] = {
    "welcome": "welcome yes si sim kylla jah ja да",
    "only_if_they_ask": "only solo apenas soltanto vain ainult tikai само endast",
    "none": "none no nunca nao non ei ne не nej never refus rechaz recus rifiut kielt keeld atsak "
    "отказ avboj",
}

_REACHED: Final = {name: HEADINGS[name] for name in ("external_id", "email", "phone", "home_district")}

PEOPLE_HEADINGS: Final[Mapping[str, str]] = {
    **_REACHED,
    "given_name": "first given nombre primeiro etunimi eesnimi vards име fornamn",
    "family_name": "last family surname apellido apelido cognome sukunimi perekonnanimi uzvards фамилия "
    "efternamn name nome persona contact contacto",
    "organisation": ORGANISATION,
    "role_title": "role cargo funcion ruolo rooli amet loma длъжност roll title",
    "notice_given_on": "notice aviso informativa tietosuoja teade pazinojums уведомление",
    "lawful_basis": "lawful basis base juridica giuridica",
    "purpose": "purpose finalidad finalidade finalita tarkoitus eesmark merkis цел andamal",
    "preferred_channel": "channel canal canale kanava kanal канал",
}

_CALL: Final = (
    "phone call tel telefon llamad chamad ligacao chiamat puhel soitto kone helista zvan обажд samtal"
)
_MAIL: Final = "mail email correo post posta sahkoposti kiri meil epost epast pasts имейл поща mejl"
_MESSAGE: Final = "message sms text whatsapp mensaj mensag messaggi viesti sonum zina съобщени meddeland"

CHANNELS: Final[Mapping[str, str]] = {
    "phone": _CALL,
    "message": _MESSAGE,
    "email": _MAIL,
    "in_person": "person persona pessoalment kasvotusten isiklik klatien лично personlig",
}
