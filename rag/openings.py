"""Sentences that begin by pointing back ("He said…", «كما أكد…»): what they speak of stands in the sentence before."""

import re

import numpy as np

from index.view import View
from rag.answer import Before
from rag.quote import Quote

LONGEST = 300  # characters of a sentence before that is given along
_APART = re.compile(r"\n\s*\n")
# Of each language, words that an earlier sentence gives their meaning. Those that stand for nothing ("il est possible",
# "it is true that") are told apart by what follows.
_POINTING = re.compile(
    r"""(?:
    (?:he|she|they|his|her|their|its|both|the\s(?:latter|former|same))\b(?!\W+who\b)
    |(?:this|these|those|such)\b|that\b(?!\s+(?:is\s+why|said))
    |it\b(?!\W+(?:is|was|has\sbeen)\W+\w+\W+(?:that|to|for)\b)
    |(?:in\saddition|moreover|furthermore|however|nevertheless|therefore|consequently|as\sa\sresult|for\sexample)\b
    |(?:elle|elles|ils|celui-ci|celle-ci|ceux-ci|celles-ci|ce\sdernier|cette\sdernière|ces\sderni\w+|leur|leurs|sa|ses)\b
    |il\b(?!\s+(?:y|s['’]agit|faut|faudra|est\s+\w+\s+(?:que|de|d['’])|convient|existe|n['’]y))
    |(?:ce|cet|cette|ces)\s(?!jour|mois|sont\sles)|cela\b|ceci\b|son\b
    |(?:en\soutre|de\splus|toutefois|cependant|néanmoins|par\sailleurs|ainsi|c['’]est\spourquoi|par\sconséquent)\b
    |(?:él|ella|ellos|ellas|su|sus|este|esta|estos|estas|ese|esa|dicho|dicha|esto|eso|además|sin\sembargo|por\sello)\b
    |(?:er|sie|dieser|diese|dieses|seine|ihre|außerdem|jedoch|deshalb|dabei)\b(?!\W+die\b)
    |(?:egli|lui|lei|essi|questo|questa|questi|queste|inoltre|tuttavia|ele|eles|elas|este|além\sdisso|no\sentanto)\b
    |و?(?:كما|هو|هي|هم|هذا|هذه|هؤلاء|ذلك|تلك|ذاك|لكن[هها]?|بالتالي|لذلك|من\sجهته|من\sجانبه|من\sجهتها|بدوره|بدورها)(?!\w)
    |و(?:أضاف|أكد|أوضح|قال|أشار|شدد|تابع|ذكر|اعتبر|لفت|دعا|طالب|يضيف|صرح)ت?(?!\w)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_LEAD = re.compile(r"[\s\"'«»“”‘’„(\[*_>•–—-]*")


def points_back(text: str) -> bool:
    """Whether `text` begins by speaking of what an earlier sentence names."""
    lead = _LEAD.match(text)
    return _POINTING.match(text, lead.end() if lead else 0) is not None


def before(view: View, quote: Quote) -> Before | None:
    """The sentence before a quote that points back, of the same paragraph; None where the quote stands by itself."""
    if not points_back(quote.text):
        return None
    passage = quote.passage
    (sentences,) = view.sentences(np.array([passage.number], np.int64))
    earlier = [span for span in sentences.spans if span.end <= quote.start]
    if not earlier or earlier[-1].end - earlier[-1].start > LONGEST:
        return None
    start, end = (at - passage.start for at in (earlier[-1].start, earlier[-1].end))
    between = passage.text[end : quote.start - passage.start]
    if between.strip() or _APART.search(between):
        return None
    return Before(earlier[-1].start, earlier[-1].end, passage.text[start:end])
