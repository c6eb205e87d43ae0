"""The language of a text: declared, by its script, by the model; "" for what is short, mixed or no text at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language import detecting
from bot.language.detecting import detect
from bot.language.langid import langid
from bot.language.languages import LANGUAGES

SAID = {
    "en": [
        "A red rainstorm warning is in force for the whole city until midnight.",
        "Thunderstorms are expected this afternoon. Stay away from rivers and slopes.",
    ],
    "zh-Hans": [
        "北京市气象台2012年7月21日18时30分发布暴雨橙色预警",
        "受强降雨影响，京港澳高速公路部分路段积水严重，请绕行。",
    ],
    "zh-Hant": [
        "香港天文台發出黑色暴雨警告信號，市民應留在安全地方。",
        "中央氣象署發布陸上颱風警報",
    ],
    "es": [
        "Alerta roja por lluvias muy fuertes en toda la provincia. No salga de casa.",
        "Se recomienda a la población no acercarse a los ríos ni a los barrancos.",
    ],
    "fr": [
        "Vigilance rouge pour de fortes pluies sur tout le département. Ne sortez pas.",
        "La préfecture demande aux habitants de rester chez eux jusqu'à demain matin.",
    ],
    "de": [
        "Amtliche Warnung vor schwerem Gewitter mit Sturmböen, Starkregen und Hagel.",
        "Bitte halten Sie Fenster und Türen geschlossen und meiden Sie das Gebiet.",
    ],
    "ru": [
        "Объявлено штормовое предупреждение: сильный дождь, гроза, ветер до 25 м/с.",
        "Жителей просят не выходить из дома без крайней необходимости.",
    ],
    "ja": [
        "大雨特別警報を発表しました。命を守る行動をとってください。",
        "東京都大雨警報発令中",
        "ツナミケイホウ",
    ],
    "ko": [
        "호우경보가 발효되었습니다. 하천변 접근을 삼가 주시기 바랍니다.",
        "서울 지역에 폭염주의보 발령",
    ],
    "ar": [
        "تحذير أحمر من أمطار غزيرة وسيول في منطقة مكة المكرمة حتى منتصف الليل",
        "يرجى من السكان البقاء في منازلهم والابتعاد عن مجاري الأودية",
    ],
    "pt": [
        "Alerta vermelho de chuva intensa para toda a região. Não saia de casa.",
        "A Defesa Civil recomenda que os moradores deixem as áreas de risco imediatamente.",
    ],
    "hi": [
        "भारी बारिश की चेतावनी जारी की गई है। नदियों के पास न जाएं।",
        "मौसम विभाग ने दिल्ली के लिए रेड अलर्ट जारी किया है",
    ],
}


def test_every_language_of_ours_is_here():
    assert set(SAID) == set(LANGUAGES)


@pytest.mark.parametrize(("language", "text"), [(tag, text) for tag, texts in SAID.items() for text in texts])
def test_a_sentence_is_in_its_language(language, text):
    assert detect(text) == language
    assert detect(f"{text} https://example.org/in/English/words/only @SafeBeijing") == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Allerta rossa per piogge intense in tutta la regione. Non uscite di casa.", "it"),
        ("Code rood voor zware regen in het hele land. Ga niet naar buiten.", "nl"),
        ("Оголошено штормове попередження: сильний дощ, гроза, вітер до 25 м/с. Не виходьте надвір.", "uk"),
        ("هشدار قرمز برای بارش شدید باران و سیلاب در استان تهران تا نیمه شب صادر شد", "fa"),
    ],
)
def test_a_neighbour_is_not_taken_for_one_of_ours(text, language):
    assert detect(text) == language


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        # what the source says holds, for what is short too
        ("Rain", "en-GB", "en"),
        ("", "pt_BR", "pt"),
        ("Alerta roja por lluvias muy fuertes", "ca", "ca"),
        ("20:30", "zh-HK", "zh-Hant"),
        ("中山大雨", "zh-TW", "zh-Hant"),
        ("大雨警報", "ja", "ja"),
        ("Упозорење", "sr", "sr"),
        ("ฝนตกหนักมากในกรุงเทพมหานคร", "th", "th"),
        # the script speaks against it: a site's software declares English whatever is written
        ("北京市气象台2012年7月21日18时30分发布暴雨橙色预警", "en-US", "zh-Hans"),
        ("香港天文台發出黑色暴雨警告信號", "zh-CN", "zh-Hant"),
        ("北京市气象台2012年7月21日18时30分发布暴雨橙色预警", "zh-HK", "zh-Hans"),
        ("호우경보가 발효되었습니다", "ja", "ko"),
        ("Объявлено штормовое предупреждение: сильный дождь", "en", "ru"),
        # the same script is no contradiction
        ("Alerta roja por lluvias muy fuertes en toda la provincia", "en", "en"),
        # no language at all
        ("北京市气象台18时30分发布暴雨橙色预警", "und", "zh-Hans"),
        ("北京市气象台18时30分发布暴雨橙色预警", "<script>", "zh-Hans"),
        ("Rain", "english", ""),
        ("", "mul", ""),
    ],
)
def test_what_the_source_declares_holds_unless_the_script_contradicts(text, declared, language):
    assert detect(text, declared) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "20:30 / 35 °C",
        "⚠️🌊🌊",
        "OK",
        "Alerta",
        "中山",
        "北京市发布暴雨红色预警 Beijing has issued a red rainstorm warning",
        "Rain Дождь 雨 비 مطر बारिश",
        "https://example.org/the/words/of/a/link/are/in/no/language",
        "ฝนตกหนักมากในกรุงเทพมหานคร",
        "\u202e\u200b\u200f\x00\ufeff",
        "\ud83d\ud83d",
        "a" * 100_000,
        "\u0301" * 50_000,
    ],
)
def test_what_is_short_mixed_or_no_text_is_in_no_language(text):
    assert detect(text) == ""


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.text(max_size=20))
def test_any_text_is_answered_with_a_tag_or_nothing(text, declared):
    found = detect(text, declared)
    assert found == "" or detecting.PROPER.fullmatch(found)


def test_no_more_than_the_beginning_is_looked_at(monkeypatch):
    looked_at = []
    monkeypatch.setattr(detecting, "_guess", lambda text, _: looked_at.append(len(text)) or "en")
    assert detect("The warning stands. " * 100_000) == "en"
    assert max(looked_at) <= detecting._LOOKED_AT


@pytest.mark.parametrize("text", [SAID["pt"][0], SAID["ru"][1], SAID["ar"][0], "", "\ud83d", "x" * 3000])
def test_the_model_weighs_as_the_library_does(text):
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    library = LanguageIdentifier.from_pickled_model(MODEL_FILE)
    theirs = dict(zip(library.nb_classes, library.nb_classprobs(library.instance2fv(text)), strict=True))
    ours = langid().weigh(text, ["pt", "es", "ru", "ar", "fa"])
    assert ours == pytest.approx({tag: float(theirs[tag]) for tag in ours}, rel=1e-4)
