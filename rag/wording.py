"""The few sentences that Pincite itself says in an answer, in the question's language."""

_NOTHING = {
    "ar": "لا تجيب الوثائق عن هذا السؤال.",
    "ca": "Els documents no responen a aquesta pregunta.",
    "cs": "Dokumenty na tuto otázku neodpovídají.",
    "da": "Dokumenterne besvarer ikke dette spørgsmål.",
    "de": "Die Dokumente beantworten diese Frage nicht.",
    "el": "Τα έγγραφα δεν απαντούν σε αυτή την ερώτηση.",
    "en": "The documents do not answer this question.",
    "es": "Los documentos no responden a esta pregunta.",
    "fa": "اسناد به این پرسش پاسخ نمی‌دهند.",
    "fi": "Asiakirjat eivät vastaa tähän kysymykseen.",
    "fr": "Les documents ne répondent pas à cette question.",
    "he": "המסמכים אינם עונים על שאלה זו.",
    "hi": "दस्तावेज़ इस प्रश्न का उत्तर नहीं देते।",
    "hu": "A dokumentumok nem válaszolják meg ezt a kérdést.",
    "id": "Dokumen-dokumen tidak menjawab pertanyaan ini.",
    "it": "I documenti non rispondono a questa domanda.",
    "ja": "文書はこの質問に答えていません。",
    "ko": "문서에는 이 질문에 대한 답이 없습니다.",
    "nb": "Dokumentene svarer ikke på dette spørsmålet.",
    "nl": "De documenten beantwoorden deze vraag niet.",
    "pl": "Dokumenty nie odpowiadają na to pytanie.",
    "pt": "Os documentos não respondem a esta pergunta.",
    "ro": "Documentele nu răspund la această întrebare.",
    "ru": "Документы не отвечают на этот вопрос.",
    "sv": "Dokumenten besvarar inte denna fråga.",
    "th": "เอกสารไม่ได้ตอบคำถามนี้",
    "tr": "Belgeler bu soruyu yanıtlamıyor.",
    "uk": "Документи не відповідають на це запитання.",
    "ur": "دستاویزات اس سوال کا جواب نہیں دیتیں۔",
    "vi": "Các tài liệu không trả lời câu hỏi này.",
    "zh": "这些文件没有回答这个问题。",
}


def nothing_answers(language: str) -> str:
    """That the documents do not answer, in `language` (ISO 639-1), in English where that is not among the known."""
    return _NOTHING.get(language, _NOTHING["en"])


def every_nothing_answers() -> tuple[str, ...]:
    """That sentence in each of the languages."""
    return tuple(_NOTHING.values())
