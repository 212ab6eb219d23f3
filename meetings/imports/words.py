"""What columns of meetings and promises are called in the nine languages (contacts.imports.words)."""

from collections.abc import Mapping
from typing import Final

from contacts.imports.words import HEADINGS

# en · es · pt · it · fi · et · lv · bg · sv
_WHO: Final = (
    "organisation organization entidad asociacion organizacao associazione jarjesto yhdistys uhing "
    "organizacija biedriba организация сдружение forening with con com"
)
_WHEN: Final = "date when fecha cuando data quando pvm paiva kuupaev datums дата кога datum nar start begin"

MEETING_HEADINGS: Final[Mapping[str, str]] = {
    "external_id": HEADINGS["external_id"],
    "starts_at": _WHEN,
    "kind": HEADINGS["kind"] + " how como modo",
    "organisations": _WHO,
    "subject": "subject about asunto tema assunto oggetto aihe teema temats тема amne title titulo",
    "district": HEADINGS["home_district"],
    "place": "place lugar sitio local luogo paikka koht vieta място plats where donde",
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
