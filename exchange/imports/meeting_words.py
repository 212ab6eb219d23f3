"""Words for columns and values of meetings and follow-ups in nine languages (exchange.imports.words)."""

from collections.abc import Mapping
from typing import Final

from exchange.imports.words import CHANNELS, HEADINGS, ORGANISATION

# en · es · pt · it · fi · et · lv · bg · sv
_WHO: Final = ORGANISATION + " with con com kanssa kellega ar med"
_WHEN: Final = "date when fecha cuando data quando pvm paiva kuupaev datums дата кога datum nar start begin"

MEETING_HEADINGS: Final[Mapping[str, str]] = {
    "external_id": HEADINGS["external_id"],
    "starts_at": _WHEN,
    "time": "time hora ora klo kello kellonaika kell kellaaeg laiks час tid klockslag uhrzeit heure",
    "kind": HEADINGS["kind"] + " how como modo",
    "organisations": _WHO,
    "subject": "subject about asunto tema assunto oggetto aihe teema temats тема amne title titulo",
    "district": HEADINGS["home_district"],
    "place": "place lugar sitio local luogo paikka koht vieta място plats where donde",
    "people": "people attended personas pessoas participantes asistentes presentes presenti persone "
    "osallistuj henkilo osaleja inimes dalibniek хора присъств участниц deltagare narvarande",
    "headcount": "headcount number aforo numero n.o antal",
    "agreed": "agreed promised acordado acuerdo compromiso combinado compromisso concordato impegno sovittu "
    "kokkulep vienosan договорен уговорен overenskom avtalat",
    "agreed_until": "until by hasta ate entro fino mennessa lidz до senast deadline plazo prazo scadenza",
    "duration_minutes": "minutes duration duracion minutos durata kesto kestus ilgums времетраене minuter",
    "outcome": "outcome resultado esito tulos tulemus rezultats резултат resultat",
    "officers": "officer police agente policia agenti poliziott poliisi politsei policists полиц polis",
    "facts": "facts notes notas hechos fatti note muistiinpano markmed piezimes бележки anteckning",
    "assessment": "assessment valoracion opinion avaliacao valutazione arvio hinnang vertejums оценка",
    "agenda": "agenda orden esityslista paevakord darba дневен dagordning",
}

FOLLOW_UP_HEADINGS: Final[Mapping[str, str]] = {
    "external_id": HEADINGS["external_id"],
    "title": "title task promise action accion tarea compromiso tarefa azione impegno tehtava ulesanne "
    "uzdevums задача uppgift what que",
    "kind": HEADINGS["kind"],
    "organisations": _WHO,
    "owner": "owner who responsable responsavel responsabile vastuu vastutaja atbildig отговорник ansvarig",
    "due_on": "due deadline plazo vencimiento prazo scadenza erapaiva tahtaeg termins срок forfall " + _WHEN,
    "status": HEADINGS["status"] + " done hecho feito fatto",
    "done_on": "completed finished terminado concluido completato valmis lopetatud pabeigts завършен klar",
    "result": "result resultado risultato tulos tulemus rezultats резултат resultat",
}

# Words for kinds in tables that colleagues kept, not those of the code list.
_VISIT: Final = "visit visita visite vierailu kaynti kulastus visiit vizit apmeklej посещени визита besok"
_PATROL: Final = "patrol patrul pattugli partio jalkaparti патрул patrull"

MEETING_KINDS: Final[Mapping[str, str]] = {
    "phone": CHANNELS["phone"],
    "email": CHANNELS["email"],
    "message": CHANNELS["message"],
    "visit": _VISIT,
    "foot_patrol": _PATROL,
    "drop_in": "drop walkin sportello vastaanot vastuvot pienemsan приемна mottagning",
    "video": "video видео zoom teams webex online videollamad videochamad videochiamat videopuhel videokon",
    "partnership_meeting": "partner parceria parceir partenariat kumppan партньор",
    "key_individuals_meeting": "key clave chave chiave avainhenkilo votmeisik ключов nyckelperson",
    "public_meeting": "public pubblic asamblea assembl yleisotilaisu asukasilt avalik rahvakoosolek publisk "
    "atklat публичн обществен offentlig allman",
    "advisory_group": "advisory consultiv asesor neuvoa neuvottelukun nouandev padome konsultativ "
    "консултатив radgiv",
    "training": "training formacion formacao formazione koulutu koolitu apmacib обучени utbildning",
    "mutual_learning_workshop": "workshop taller laboratorio tyopaja opituba tootuba darbnic работилниц",
    "school_session": "school escuela colegio escola scuola koulu kool skola училищ skol",
    "community_event": "event evento fiesta festa acto tapahtum sundmus uritus pasakum събити evenemang",
    "reassurance_visit": "reassur tranquil rassicur rauhoit turvatun nomierin успоко trygghet",
    "mediation": "mediat mediacion mediacao mediazion sovittel lepitus vahendus mediacij посреднич медиаци "
    "medling",
    "reporting_session": "reporting denunci segnalazion rikosilmoit zinosan",
}

FOLLOW_UP_KINDS: Final[Mapping[str, str]] = {
    "call_back": CHANNELS["phone"] + " llamar ligar chiamare soitta piezvan ringa",
    "send_information": "send inform enviar inviare laheta saata nosuti изпрати skicka",
    "visit": _VISIT + " visitar visitare",
    "reassurance_patrol": _PATROL,
    "arrange_meeting": "meeting reunion reuniao riunion tapaami kokou kohtumi koosolek tiksan sanaksm "
    "среща mote",
    "other": "other otro otra outro outra altro altra muu cits cita друг ovrig annat",
}

FOLLOW_UP_STATUSES: Final[Mapping[str, str]] = {
    "open": "open abiert abert apert avoin avatud atvert отворен oppen pending pendient pendent no nao "
    "ei nej не",
    "in_progress": "progress curso andamento corso kesken pooleli процес pagaende",
    "done": "done kept finished completed yes hech cumplid terminad si feit conclu sim fatt completat tehty "
    "valmis kylla tehtud jah pabeigt izdarit ja готов изпълнен да klar gjord",
}
