from datetime import datetime
from io import BytesIO
from typing import Any

import pptx
import pytest
from lxml import etree
from pptx.oxml.ns import qn
from pptx.util import Inches

from index.document import Extract
from index.errors import ReadError
from index.limits import Limits
from index.readers.pptx import read
from index.sentences import split
from tests.index.packed import damaged, packed, unpacked

LIMITS = Limits()
TITLE, BODY, COMPARISON, TITLE_ONLY, BLANK = 0, 1, 4, 5, 6  # layouts of the library's template


def saved(presentation: Any) -> bytes:
    file = BytesIO()
    presentation.save(file)
    return file.getvalue()


def slide(presentation: Any, layout: int, *texts: str) -> Any:
    """A slide whose placeholders hold `texts`, in the layout's order."""
    added = presentation.slides.add_slide(presentation.slide_layouts[layout])
    for place, text in zip(added.placeholders, texts, strict=False):
        place.text_frame.text = text
    return added


def box(shapes: Any, left: float, top: float, text: str) -> Any:
    added = shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(1))
    added.text_frame.text = text
    return added


def of_slides(extract: Extract) -> dict[int, str]:
    """The text of each slide by its number."""
    ends = [place.start for place in extract.places[1:]] + [len(extract.text)]
    assert {place.kind for place in extract.places} <= {"slide"}
    return {
        place.number: extract.text[place.start : end].strip() for place, end in zip(extract.places, ends, strict=True)
    }


def test_slides_in_order_with_title_bullets_and_notes() -> None:
    presentation = pptx.Presentation()
    first = slide(presentation, TITLE, "Bilan de l’année", "Direction financière")
    first.notes_slide.notes_text_frame.text = "Saluer le conseil.\nPuis commencer."
    slide(presentation, BLANK)
    slide(presentation, BODY, "Les chiffres", "Recettes en hausse\nDépenses stables")
    extract = read(saved(presentation), LIMITS)
    assert extract.text == (
        "Bilan de l’année\n\nDirection financière\n\nSaluer le conseil.\nPuis commencer.\n\n"
        "Les chiffres\n\nRecettes en hausse\nDépenses stables"
    )
    assert extract.heading == "Bilan de l’année"
    assert of_slides(extract) == {
        1: "Bilan de l’année\n\nDirection financière\n\nSaluer le conseil.\nPuis commencer.",
        3: "Les chiffres\n\nRecettes en hausse\nDépenses stables",
    }
    assert [span.of(extract.text) for span in split(extract, "fr")][-2:] == ["Recettes en hausse", "Dépenses stables"]


def test_the_order_is_the_shows_not_that_of_the_files() -> None:
    presentation = pptx.Presentation()
    for text in ("un", "deux", "trois"):
        slide(presentation, TITLE_ONLY, text)
    listed = presentation.slides._sldIdLst
    listed.insert(0, listed[2])
    presentation.slides[1].element.set("show", "0")  # hidden slides are read
    assert of_slides(read(saved(presentation), LIMITS)) == {1: "trois", 2: "un", 3: "deux"}


def test_shapes_are_read_from_the_top_and_in_a_row_from_the_left() -> None:
    presentation = pptx.Presentation()
    added = slide(presentation, TITLE_ONLY, "")
    box(added.shapes, 5, 5, "bas")
    box(added.shapes, 6, 2.2, "haut droite")
    box(added.shapes, 1, 2.4, "haut gauche")
    added.shapes.title.text_frame.text = "Titre"
    added.shapes.title.top = Inches(6)  # first all the same
    assert read(saved(presentation), LIMITS).text == "Titre\n\nhaut gauche\n\nhaut droite\n\nbas"


def test_arabic_shapes_are_read_from_the_right() -> None:
    presentation = pptx.Presentation()
    added = slide(presentation, BLANK)
    box(added.shapes, 1, 2, "ثانيا: النفقات")
    box(added.shapes, 6, 2.1, "أولا: الإيرادات (2024)")
    extract = read(saved(presentation), LIMITS)
    assert extract.text == "أولا: الإيرادات (2024)\n\nثانيا: النفقات"
    assert extract.heading is None


def test_placeholders_stand_where_their_layout_puts_them() -> None:
    presentation = pptx.Presentation()
    added = slide(presentation, COMPARISON, "Comparer", "Avant", "a", "Après", "b")
    tree = added.shapes._spTree
    shapes = [child for child in tree if child.tag == qn("p:sp")]
    for shape in reversed(shapes):  # the file's own order says nothing
        tree.append(shape)
    assert read(saved(presentation), LIMITS).text == "Comparer\n\nAvant\n\nAprès\n\na\n\nb"


def test_groups_stay_together_and_tables_are_rows() -> None:
    presentation = pptx.Presentation()
    added = slide(presentation, BLANK)
    group = added.shapes.add_group_shape()
    box(group.shapes, 1, 3, "groupe, bas")
    box(group.shapes, 1, 1, "groupe, haut")
    box(added.shapes, 6, 2, "à côté")
    table = added.shapes.add_table(2, 2, Inches(1), Inches(5), Inches(4), Inches(1)).table
    for at, text in enumerate(("Ville", "Habitants", "Oran", "1 M")):
        table.cell(at // 2, at % 2).text = text
    extract = read(saved(presentation), LIMITS)
    assert extract.text == "groupe, haut\ngroupe, bas\n\nà côté\n\nVille | Habitants\nOran | 1 M"
    assert [span.of(extract.text) for span in extract.noise] == ["|", "|"]


def test_numbers_dates_and_footers_are_left_out() -> None:
    presentation = pptx.Presentation()
    added = slide(presentation, BODY, "Titre", "Texte")
    for kind, text in (("sldNum", "7"), ("ftr", "Confidentiel"), ("dt", "31/05/2024")):
        shape = box(added.shapes, 1, 6, text)
        etree.SubElement(shape._element.find(".//" + qn("p:nvPr")), qn("p:ph")).set("type", kind)
    paragraph = box(added.shapes, 1, 7, "Page ").text_frame.paragraphs[0]._p
    number = etree.SubElement(paragraph, qn("a:fld"))
    number.set("type", "slidenum")
    etree.SubElement(number, qn("a:t")).text = "7"
    assert read(saved(presentation), LIMITS).text == "Titre\n\nTexte\n\nPage"


def test_line_ends_in_a_title_are_spaces_and_elsewhere_line_ends() -> None:
    presentation = pptx.Presentation()
    slide(presentation, BODY, "Un titre\vsur deux lignes", "Une puce\vsur deux lignes")
    extract = read(saved(presentation), LIMITS)
    assert extract.text == "Un titre sur deux lignes\n\nUne puce\nsur deux lignes"
    assert extract.heading == "Un titre sur deux lignes"


def test_diagrams_are_read() -> None:
    presentation = pptx.Presentation()
    slide(presentation, TITLE_ONLY, "Étapes")
    parts = unpacked(saved(presentation))
    frame = (
        '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="9" name="d"/><p:nvPr/></p:nvGraphicFramePr><p:xfrm/>'
        '<a:graphic><a:graphicData uri="x"><d:relIds xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
        ' r:dm="rId9"/></a:graphicData></a:graphic></p:graphicFrame></p:spTree>'
    )
    relation = '<Relationship Id="rId9" Type="http://x/diagramData" Target="../diagrams/data1.xml"/></Relationships>'
    points = (
        '<d:dataModel xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><d:ptLst>{}</d:ptLst></d:dataModel>'
    )
    point = "<d:pt type='{}'><d:t><a:p><a:r><a:t>{}</a:t></a:r></a:p></d:t></d:pt>"
    name = "ppt/slides/slide1.xml"
    parts[name] = parts[name].replace(b"</p:spTree>", frame.encode())
    relations = "ppt/slides/_rels/slide1.xml.rels"
    parts[relations] = parts[relations].replace(b"</Relationships>", relation.encode())
    texts = point.format("node", "Planter") + point.format("pres", "non") + point.format("node", "Arroser")
    parts["ppt/diagrams/data1.xml"] = points.format(texts).encode()
    assert read(packed(parts), LIMITS).text == "Étapes\n\nPlanter\nArroser"


def test_properties_and_language() -> None:
    presentation = pptx.Presentation()
    about = presentation.core_properties
    about.title, about.author, about.modified = "PowerPoint Presentation", "Karim Benali", datetime(2023, 2, 1)
    added = slide(presentation, BLANK)
    text = box(added.shapes, 1, 1, "").text_frame.paragraphs[0]
    for words, tag in (("Le conseil décide. ", "fr-FR"), ("OK", "en-US")):
        run = text.add_run()
        run.text = words
        run._r.get_or_add_rPr().set("lang", tag)
    extract = read(saved(presentation), LIMITS)
    assert (extract.heading, extract.author, extract.date) == (None, "Karim Benali", "2023-02-01")
    assert extract.language == "fr"
    about.title = "Le plan de l’eau"
    assert read(saved(presentation), LIMITS).heading == "Le plan de l’eau"


def test_arabic_marked_as_french_has_no_language() -> None:
    presentation = pptx.Presentation()
    run = box(slide(presentation, BLANK).shapes, 1, 1, "").text_frame.paragraphs[0].add_run()
    run.text = "قرر المجلس رفع الميزانية."
    run._r.get_or_add_rPr().set("lang", "fr-FR")
    assert read(saved(presentation), LIMITS).language is None
    run._r.get_or_add_rPr().set("lang", "ar-DZ")
    assert read(saved(presentation), LIMITS).language == "ar"


def test_more_slides_than_allowed_are_refused() -> None:
    presentation = pptx.Presentation()
    for _ in range(3):
        slide(presentation, TITLE_ONLY, "x")
    with pytest.raises(ReadError, match="it has 3 slides, more than 2"):
        read(saved(presentation), Limits(pages=2))


def test_an_empty_presentation_is_empty() -> None:
    presentation = pptx.Presentation()
    assert read(saved(presentation), LIMITS).text == ""
    slide(presentation, BLANK)
    extract = read(saved(presentation), LIMITS)
    assert (extract.text, extract.places) == ("", ())


def test_damage_never_ends_but_in_a_reason() -> None:
    presentation = pptx.Presentation()
    first = slide(presentation, BODY, "Titre", "Une\nDeux")
    first.notes_slide.notes_text_frame.text = "Notes"
    box(first.shapes.add_group_shape().shapes, 1, 3, "groupe")
    for data in damaged(saved(presentation), 100, seed=7):
        try:
            split(read(data, LIMITS), "fr")
        except ReadError:
            continue
