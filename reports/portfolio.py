"""Lists of the organisations that a figure counts, as they were at its period's end."""

from reports.figures import Drill, Row
from reports.questions import Question
from reports.reading import drill_to


def those(row: Row, question: Question, **parameters: str) -> Drill:
    """The population of the row's group, and of it what the parameters say.

    With `as_of` the list reads district, status, focus and the like as they were when that day began. What
    has since moved where the reader does not see it is in the figure, which is the same for every reader,
    and not in the list.
    """
    then = {"as_of": question.so_far(row.period).until.isoformat(), "status": "active"}
    counted = {} if question.all_kinds else {"counted": "true"}
    return drill_to("organisations", row, question, **then, **counted, **parameters)
