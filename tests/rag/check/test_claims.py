import pytest

from rag.check.claims import why_no_claim


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("The hotline received 4,812 calls.", None),
        ("Seven weeks later it reopened.", None),
        ("See below.", "pointer"),
        ("See the table below for the figures of each office.", "pointer"),
        ("Voir le tableau ci-dessous.", "pointer"),
        ("انظر الجدول أدناه.", "pointer"),
        ("The following table shows the calls below.", "pointer"),
        ("Seeing a lawyer takes eleven days on average.", None),
        ("Voirie et eau relèvent de la commune.", None),
        ("The results are as follows:", "pointer"),
        ("Does it help?", "question"),
        ("هل يكفي ذلك؟", "question"),
        ("Is it «enough»? »", "question"),
        ("Il a fermé ; elle a ouvert ;", None),
        ("Πόσο κοστίζει;", "question"),
        ("Dear colleagues,", "greeting"),
        ("Bonjour à tous,", "greeting"),
        ("السلام عليكم ورحمة الله", "greeting"),
        ("Merciless winds closed the office for seven weeks.", None),
        ("Thank you.", "greeting"),
        ("Oui.", "too_short"),
        ("In 2024", "too_short"),
        ("", "too_short"),
        ("热线在二零二四年接到电话。", None),
    ],
)
def test_what_claims_nothing(statement: str, why: str | None) -> None:
    assert why_no_claim(statement, "prose") == why


@pytest.mark.parametrize("kind", ["heading", "table", "quotation", "note", "bibliography"])
def test_what_claims_nothing_by_where_it_stands(kind: str) -> None:
    assert why_no_claim("The hotline received 4,812 calls.", kind) == kind  # type: ignore[arg-type]


def test_an_item_claims_something() -> None:
    assert why_no_claim("The hotline received 4,812 calls", "item") is None
