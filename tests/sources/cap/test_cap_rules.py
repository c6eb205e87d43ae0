"""The sixteen rules for a relay (research of the CAP standard and of what senders really send), one by one."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.model.alert import Certainty, MsgType, Scope, Severity, Status
from bot.model.delivery import Lane
from bot.reading.relaying import effective_expiry, lane_of, severity_of, why_not_relayed

SENT = datetime(2026, 7, 21, 3, 51, tzinfo=UTC)
NOW = SENT + timedelta(minutes=1)
ID = "warn@weather.example,A1,2026-07-21T03:51:00+00:00"


def pair(element: str, name: str, value: str) -> str:
    return f"<{element}><valueName>{name}</valueName><value>{value}</value></{element}>"


def area(description: str = "Fangshan", inner: str = "") -> str:
    return f"<area><areaDesc>{description}</areaDesc>{inner}</area>"


# rule 1 -------------------------------------------------------------------------------------------------------------
def test_rule_01_an_actual_public_alert_is_relayed(read_cap, alert):
    assert why_not_relayed(read_cap(alert()), NOW) == ""


@pytest.mark.parametrize("status", ["Exercise", "System", "Test", "Draft", "Actually", "", None, "訓練", "試験"])
def test_rule_01_any_other_status_is_not_relayed(status, read_cap, alert):
    assert "status" in why_not_relayed(read_cap(alert(status=status)), NOW)


@pytest.mark.parametrize("scope", ["Restricted", "Private", "Everyone", "", None])
def test_rule_01_any_other_scope_is_not_relayed(scope, read_cap, alert):
    assert "scope" in why_not_relayed(read_cap(alert(scope=scope)), NOW)


def test_rule_01_japans_drills_and_tests_are_told_apart(read_cap, alert):
    assert read_cap(alert(status="訓練")).alert.status is Status.EXERCISE
    assert read_cap(alert(status="試験")).alert.status is Status.TEST


def test_rule_01_a_test_event_is_a_test_whatever_its_status(read_cap, alert, info):
    assert "test" in why_not_relayed(read_cap(alert(info(event="Test"))), NOW)
    weekly = info(event="Notice", more=pair("eventCode", "SAME", "RWT"))
    assert "test" in why_not_relayed(read_cap(alert(weekly)), NOW)
    vtec = info(more=pair("parameter", "VTEC", "/T.NEW.KLCH.HU.W.0001.260721T0400Z-000000T0000Z/"))
    assert "test" in why_not_relayed(read_cap(alert(vtec)), NOW)


def test_rule_01_a_real_looking_event_with_status_test_is_a_test(read_cap, alert, info):
    post = read_cap(alert(info(event="Tsunami Warning", severity="Extreme"), status="Test"))
    assert why_not_relayed(post, NOW)


def test_rule_01_a_headline_alone_makes_no_test(read_cap, alert, info):
    assert why_not_relayed(read_cap(alert(info(headline="Water test: do not drink [TEST RESULT]"))), NOW) == ""


def test_rule_01_an_envelope_that_is_a_drill_makes_its_alerts_drills(read_caps, recorded_cap):
    drill = recorded_cap("storm_day.edxl").replace(b"distributionStatus>Actual", b"distributionStatus>Exercise")
    assert all("Exercise" in why_not_relayed(post, SENT) for post in read_caps(drill))


async def test_rule_01_what_has_no_status_is_told_to_the_operator(caps, cap_at, publisher, alert):
    publisher.put("/cap", alert(status=None))
    outcome = await caps.poll(cap_at(), {})
    assert any("no known status" in note for note in outcome.notes)


# rule 2 -------------------------------------------------------------------------------------------------------------
def test_rule_02_a_message_is_named_by_sender_identifier_and_sent(read_cap, alert):
    assert read_cap(alert()).id == ID
    assert read_cap(alert()).aliases == ("warn@weather.example,A1",)
    assert read_cap(alert(sender="other@weather.example")).id != ID
    assert read_cap(alert(sent="2026-07-21T12:51:00+08:00")).id != ID


@pytest.mark.parametrize(
    "sent",
    ["2026-07-21T03:51:00Z", "2026-07-21T03:51:00-00:00", "2026-07-20T23:51:00-04:00", "2026-07-21T03:51:00.740Z"],
)
def test_rule_02_sent_counts_as_an_instant_and_is_kept_as_written(sent, read_cap, alert):
    post = read_cap(alert(sent=sent))
    assert post.id == ID
    assert post.alert.sent_text == sent


def test_rule_02_the_offset_is_kept_for_showing(read_cap, alert):
    assert read_cap(alert()).utc_offset == 480
    assert read_cap(alert(sent="2026-07-21T09:21:00+05:30")).utc_offset == 330


def test_rule_02_sent_without_offset_is_read_as_utc_and_flagged(read_cap, alert):
    post = read_cap(alert(sent="2026-07-21T03:51:00.740"))
    assert post.id == ID
    assert post.utc_offset is None
    assert any("no offset" in flag for flag in post.alert.flags)


@pytest.mark.parametrize(
    "sent", ["", "today", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-13-01T00:00:00Z"]
)
def test_rule_02_sent_that_is_no_time_never_crashes_and_is_not_relayed(sent, read_cap, alert):
    post = read_cap(alert(sent=sent))
    assert "time of sending" in why_not_relayed(post, NOW)


# rule 3 -------------------------------------------------------------------------------------------------------------
OTHER = "other@weather.example,B1,2026-07-20T00:00:00+00:00"


def test_rule_03_references_are_triples_split_at_white_space(read_cap, alert):
    text = "other@weather.example,B1,2026-07-20T08:00:00+08:00\n  warn@weather.example,A0,2026-07-20T01:00:00Z"
    post = read_cap(alert(msgType="Update", references=text))
    assert post.supersedes == (OTHER, "warn@weather.example,A0,2026-07-20T01:00:00+00:00")
    assert post.alert.references == post.supersedes


def test_rule_03_triples_are_found_in_a_mess(read_cap, alert):
    post = read_cap(alert(references="x,other@weather.example,B1,2026-07-20T00:00:00Z,y"))
    assert OTHER in post.supersedes


def test_rule_03_ids_packed_into_one_triple_are_each_a_message_of_the_sender(read_cap, alert):
    packed = "warn@weather.example,B1 B2 B3,2026-07-20T00:00:00+02:00"
    names = tuple(f"warn@weather.example,{name}" for name in ("B1", "B2", "B3"))
    assert read_cap(alert(references=packed)).supersedes == names


def test_rule_03_bare_ids_are_messages_of_the_same_sender(read_cap, alert):
    assert read_cap(alert(references="B1 B2")).supersedes == ("warn@weather.example,B1", "warn@weather.example,B2")


def test_rule_03_an_unreadable_time_leaves_sender_and_identifier(read_cap, alert):
    assert read_cap(alert(references="other@weather.example,B1,yesterday")).supersedes == (
        "other@weather.example,B1",
    )


def test_rule_03_a_sender_with_spaces_is_found_in_its_own_references(read_cap, alert):
    post = read_cap(alert(sender="Weather Office", references="Weather Office,B1,2026-07-20T00:00:00Z"))
    assert post.supersedes == ("Weather Office,B1,2026-07-20T00:00:00+00:00",)


def test_rule_03_a_message_never_references_itself(read_cap, alert):
    assert read_cap(alert(references="warn@weather.example,A1,2026-07-21T11:51:00+08:00")).supersedes == ()


def test_rule_03_a_reference_resolves_to_the_id_or_alias_of_its_target(read_cap, alert):
    target = read_cap(alert())
    for written in ("warn@weather.example,A1,2026-07-21T03:51:00.000-00:00", "A1"):
        update = read_cap(alert(identifier="A2", sent="2026-07-21T05:00:00Z", msgType="Update", references=written))
        assert set(update.supersedes) & {target.id, *target.aliases}


# rule 4 -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["Ack", "Error", "", None, "Reminder"])
def test_rule_04_acknowledgements_errors_and_unknown_kinds_are_never_relayed(kind, read_cap, alert):
    assert "msgType" in why_not_relayed(read_cap(alert(msgType=kind)), NOW)


def test_rule_04_an_update_says_what_it_supersedes(read_cap, alert):
    post = read_cap(alert(msgType="Update", references="other@weather.example,B1,2026-07-20T00:00:00Z"))
    assert (post.alert.msg_type, post.supersedes) == (MsgType.UPDATE, (OTHER,))
    assert why_not_relayed(post, NOW) == ""


def test_rule_04_a_cancel_needs_no_info_and_says_what_it_cancels(read_cap, alert):
    post = read_cap(
        alert("<!-- no info -->", msgType="Cancel", references="other@weather.example,B1,2026-07-20T00:00:00Z")
    )
    assert (post.alert.msg_type, post.alert.hazards, post.supersedes) == (MsgType.CANCEL, (), (OTHER,))
    assert why_not_relayed(post, NOW) == ""


def test_rule_04_a_cancel_is_for_all_only_when_it_is_actual_and_public(read_cap, alert):
    assert why_not_relayed(read_cap(alert(msgType="Cancel", status="Test")), NOW)
    assert why_not_relayed(read_cap(alert(msgType="Cancel", scope="Private")), NOW)


def test_rule_04_a_cancel_is_true_also_when_it_comes_late_and_is_not_urgent(read_cap, alert):
    post = read_cap(alert(msgType="Cancel"))
    assert why_not_relayed(post, NOW + timedelta(days=3)) == ""
    assert lane_of(post) is Lane.ROUTINE


# rule 5 -------------------------------------------------------------------------------------------------------------
def test_rule_05_the_first_incident_names_the_event(read_cap, alert):
    first = read_cap(alert(more="<incidents>storm-7 storm-8</incidents>"))
    second = read_cap(alert(identifier="A2", more="<incidents>storm-7</incidents>"))
    assert first.event_id == second.event_id == "warn@weather.example,storm-7"
    assert first.alert.incidents == ("storm-7", "storm-8")
    assert (
        read_cap(alert(more='<incidents>"storm seven" x</incidents>')).event_id == "warn@weather.example,storm seven"
    )


def test_rule_05_a_word_that_stands_in_every_message_names_no_event(read_cap, alert):
    assert read_cap(alert(more="<incidents>Alert</incidents>")).event_id == ""
    assert read_cap(alert(more="<incidents/>")).event_id == ""


def test_rule_05_vtec_names_the_event_of_the_us_weather_service(read_cap, alert, info):
    def vtec(text: str, **head: str) -> str:
        return read_cap(alert(info(more=pair("parameter", "VTEC", text)), **head)).event_id

    new = vtec("/O.NEW.KLCH.HU.W.0007.260721T0400Z-260723T0000Z/")
    continued = vtec("/O.CON.KLCH.HU.W.0007.000000T0000Z-260723T0000Z/", identifier="A9")
    assert new == continued == "vtec,KLCH.HU.W.0007.2026"
    assert vtec("/O.NEW.KLCH.HU.W.0008.260721T0400Z-260723T0000Z/") != new
    # an event of the turn of the year keeps the year in which it begins
    assert vtec("/O.NEW.KLCH.HU.W.0001.270101T0400Z-270102T0000Z/", sent="2026-12-31T23:00:00Z").endswith(".2027")


def test_rule_05_vtec_goes_before_incidents(read_cap, alert, info):
    block = info(more=pair("parameter", "VTEC", "/O.NEW.KLCH.HU.W.0007.260721T0400Z-260723T0000Z/"))
    assert read_cap(alert(block, more="<incidents>x</incidents>")).event_id.startswith("vtec,")


# rule 6 -------------------------------------------------------------------------------------------------------------
def test_rule_06_a_batch_is_given_in_the_order_of_sending(read_caps, alert):
    cancel = alert(identifier="A2", sent="2026-07-21T05:00:00Z", msgType="Cancel", references="A1")
    body = b"<alerts>" + cancel + alert(sent="2026-07-21T12:00:00+08:00") + b"</alerts>"
    assert [post.alert.identifier for post in read_caps(body)] == ["A1", "A2"]


def test_rule_06_a_cancel_read_alone_names_what_it_will_suppress(read_cap, alert):
    cancel = read_cap(alert(identifier="A2", msgType="Cancel", references=ID))
    assert cancel.supersedes == (read_cap(alert()).id,)


# rule 7 -------------------------------------------------------------------------------------------------------------
def test_rule_07_an_alert_that_expired_is_not_relayed(read_cap, alert):
    post = read_cap(alert())
    end = datetime(2026, 7, 21, 15, 0, tzinfo=UTC)
    assert effective_expiry(post.alert) == end
    assert why_not_relayed(post, end - timedelta(seconds=1)) == ""
    assert "expired" in why_not_relayed(post, end)


def test_rule_07_it_is_in_force_while_one_of_its_hazards_is(read_cap, alert, info):
    later = info(event="Flood", headline="Flood", category="Geo", expires="2026-07-22T23:00:00+08:00")
    post = read_cap(alert(info(), later))
    assert why_not_relayed(post, datetime(2026, 7, 22, 3, 0, tzinfo=UTC)) == ""


def test_rule_07_without_an_end_it_lasts_a_day_from_its_beginning(read_cap, alert, info):
    post = read_cap(alert(info(expires=None, effective="2026-07-21T04:00:00Z", onset="2026-07-21T10:00:00Z")))
    assert post.alert.hazards[0].expires is None
    assert effective_expiry(post.alert) == datetime(2026, 7, 22, 10, 0, tzinfo=UTC)
    assert effective_expiry(read_cap(alert(info(expires=None))).alert) == SENT + timedelta(hours=24)


@pytest.mark.parametrize(
    "expires",
    [
        "2026-07-20T00:00:00Z",
        "3021-11-22T00:00:00+01:00",
        "1999-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-14:00",
        "soon",
    ],
)
def test_rule_07_an_impossible_end_is_clamped_and_flagged_and_never_crashes(expires, read_cap, alert, info):
    post = read_cap(alert(info(expires=expires)))
    assert post.alert.hazards[0].expires is None
    assert any("expires" in flag for flag in post.alert.flags)
    assert effective_expiry(post.alert) == SENT + timedelta(hours=24)
    assert why_not_relayed(post, NOW) == ""


def test_rule_07_all_clear_and_past_are_of_lower_priority(read_cap, alert, info):
    clear = read_cap(alert(info(more="<responseType>AllClear</responseType>", severity="Extreme")))
    past = read_cap(alert(info(urgency="Past", severity="Extreme")))
    assert clear.alert.all_clear
    assert past.alert.all_clear
    assert lane_of(clear) is lane_of(past) is Lane.ROUTINE
    assert lane_of(read_cap(alert(info(severity="Extreme")))) is Lane.EXTREME


# rule 8 -------------------------------------------------------------------------------------------------------------
def languages(post):
    return [[wording.language for wording in hazard.wordings] for hazard in post.alert.hazards]


def test_rule_08_languages_are_variants_of_one_hazard(read_cap, recorded_cap):
    post = read_cap(recorded_cap("storm.cap"))
    assert languages(post) == [["zh-CN", "en"]]
    assert post.language == "zh-CN"
    assert post.title == "市气象台发布暴雨红色预警信号"
    assert post.alert.hazards[0].wordings[1].headline == "Red rainstorm warning issued"


def test_rule_08_the_same_language_twice_is_two_hazards(read_cap, alert, info):
    one = info(language="en-AU", more=area("North"))
    two = info(language="en-AU", severity="Minor", headline="Less of it", more=area("South"))
    assert languages(read_cap(alert(one, two))) == [["en-AU"], ["en-AU"]]
    assert languages(read_cap(alert(one, one))) == [["en-AU"], ["en-AU"]]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 1, 3), (0, 2, 3, 1)])
def test_rule_08_two_hazards_in_two_languages(order, read_cap, alert, info):
    blocks = [
        info(language="en", event="Rain", more=area("North", pair("geocode", "EMMA_ID", "XX1"))),
        info(language="fr", event="Pluie", more=area("Nord", pair("geocode", "EMMA_ID", "XX1"))),
        info(language="en", event="Rain", more=area("South", pair("geocode", "EMMA_ID", "XX2"))),
        info(language="fr", event="Pluie", more=area("Sud", pair("geocode", "EMMA_ID", "XX2"))),
    ]
    post = read_cap(alert(*(blocks[n] for n in order)))
    assert languages(post) == [["en", "fr"], ["en", "fr"]]
    names = [{place.description for place in hazard.areas} for hazard in post.alert.hazards]
    assert names == [{"North", "Nord"}, {"South", "Sud"}]


def test_rule_08_places_named_in_two_languages_are_one_hazard_and_keep_both_names(read_cap, alert, info):
    shape = "<polygon>64,-22 64,-21 65,-21 64,-22</polygon>"
    one = info(
        language="is-IS", more=area("Höfuðborgarsvæðið", shape + pair("geocode", "Spásvæði", "Höfuðborgarsvæðið"))
    )
    two = info(
        language="en-US", more=area("Capital Region", shape + pair("geocode", "Forecast Region", "Capital Region"))
    )
    post = read_cap(alert(one, two))
    assert languages(post) == [["is-IS", "en-US"]]
    assert [place.description for place in post.alert.hazards[0].areas] == ["Höfuðborgarsvæðið", "Capital Region"]
    assert sum(len(place.polygons) for place in post.alert.hazards[0].areas) == 1


def test_rule_08_a_block_of_words_alone_is_a_translation(read_cap, alert, info):
    words = (
        "<info><language>et-ET</language><event>Tugev tuul</event><headline>Tugeva tuule hoiatus</headline></info>"
    )
    assert languages(read_cap(alert(info(language="en-EN", more=area()), words))) == [["en-EN", "et-ET"]]


def test_rule_08_an_absent_language_means_american_english(read_cap, alert):
    assert read_cap(alert()).language == "en-US"


@pytest.mark.parametrize("tag", ["DE", "HI", "en-EN", "et-ET", "xx", "zh-tw", "es-419"])
def test_rule_08_dirty_tags_are_kept_as_sent(tag, read_cap, alert, info):
    assert read_cap(alert(info(language=tag))).language == tag


def test_rule_08_the_words_of_every_hazard_are_told(read_cap, alert, info):
    post = read_cap(
        alert(
            info(language="en", severity="Minor", headline="Wind", description="Some wind."),
            info(
                language="en", severity="Extreme", headline="Flood", description="Much water.", instruction="Go up."
            ),
        )
    )
    assert post.title == "Flood"
    assert post.text.startswith("Much water.\n\nGo up.")
    assert "Wind\n\nSome wind." in post.text


# rule 9 -------------------------------------------------------------------------------------------------------------
def test_rule_09_severity_is_the_highest_of_its_hazards(read_cap, alert, info):
    assert severity_of(read_cap(alert(info(severity="Minor"), info(severity="Extreme")))) is Severity.EXTREME


@pytest.mark.parametrize("severity", ["Unknown", "", None, "Awful"])
def test_rule_09_unknown_severity_is_relayed(severity, read_cap, alert, info):
    post = read_cap(alert(info(severity=severity)))
    assert severity_of(post) is Severity.UNKNOWN
    assert why_not_relayed(post, NOW) == ""


# rule 10 ------------------------------------------------------------------------------------------------------------
def areas_of(read_cap, alert, info, inner: str):
    post = read_cap(alert(info(more=area("Somewhere", inner))))
    return post.alert.hazards[0].areas[0], post.alert.flags


def test_rule_10_polygons_are_latitude_first_and_with_circles_and_codes_a_union(read_cap, recorded_cap):
    place = read_cap(recorded_cap("storm.cap")).alert.hazards[0].areas[0]
    assert place.polygons[0][:2] == ((39.6, 115.8), (39.6, 116.2))
    assert len(place.polygons) == 2
    assert [(c.latitude, c.longitude, c.radius_km) for c in place.circles] == [(39.7, 116.0, 12.5)]
    assert place.geocodes == (("division", "110111"), ("division", "110106"))


def test_rule_10_an_open_ring_is_closed_and_spaces_and_newlines_are_borne(read_cap, alert, info):
    place, flags = areas_of(read_cap, alert, info, "<polygon>\n 1,2  3 , 4\n5,6\t</polygon>")
    assert place.polygons == (((1, 2), (3, 4), (5, 6), (1, 2)),)
    assert flags == ()


@pytest.mark.parametrize(
    "ring",
    ["91,0 0,1 1,1 91,0", "0,181 0,1 1,1 0,181", "nan,0 0,1 1,1", "inf,0 0,1 1,1", "1,2", "1 2 3 4", "a,b c,d e,f"],
)
def test_rule_10_a_ring_that_is_not_on_earth_is_left_out_and_flagged(ring, read_cap, alert, info):
    place, flags = areas_of(read_cap, alert, info, f"<polygon>{ring}</polygon><polygon>1,2 3,4 5,6 1,2</polygon>")
    assert len(place.polygons) == 1
    assert any("polygon" in flag for flag in flags)


def test_rule_10_a_ring_over_the_antimeridian_is_kept_as_it_is(read_cap, alert, info):
    place, _ = areas_of(read_cap, alert, info, "<polygon>-17,179 -17,-179 -19,-179 -19,179 -17,179</polygon>")
    assert place.polygons == (((-17, 179), (-17, -179), (-19, -179), (-19, 179), (-17, 179)),)


def test_rule_10_a_circle_may_be_a_point_and_an_empty_one_is_none(read_cap, alert, info):
    place, flags = areas_of(read_cap, alert, info, "<circle>-16.053,-173.274 0.0</circle><circle/><circle> </circle>")
    assert [c.radius_km for c in place.circles] == [0.0]
    assert flags == ()
    place, flags = areas_of(read_cap, alert, info, "<circle>0,0 -1</circle><circle>0,0 many</circle>")
    assert place.circles == ()
    assert flags


# rule 11 ------------------------------------------------------------------------------------------------------------
def test_rule_11_codes_and_parameters_are_kept_raw_with_repeated_names(read_cap, alert, info):
    codes = pair("geocode", "SAME", "006037") + pair("geocode", "SAME", "006059") + pair("geocode", "UGC", "CAZ041")
    more = pair("parameter", "EAS-ORG", "WXR") + pair("parameter", "EAS-ORG", "CIV") + area("LA", codes)
    (hazard,) = read_cap(alert(info(more=more))).alert.hazards
    assert hazard.areas[0].geocodes == (("SAME", "006037"), ("SAME", "006059"), ("UGC", "CAZ041"))
    assert hazard.parameters == (("EAS-ORG", "WXR"), ("EAS-ORG", "CIV"))


# rule 12 ------------------------------------------------------------------------------------------------------------
def test_rule_12_a_signature_is_no_hindrance(read_cap, alert):
    signature = (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:Reference URI="">'
        "<ds:DigestValue>x=</ds:DigestValue></ds:Reference></ds:SignedInfo></ds:Signature>"
    )
    assert why_not_relayed(read_cap(alert(more=signature)), NOW) == ""


# rule 13 ------------------------------------------------------------------------------------------------------------
def test_rule_13_only_http_pictures_are_offered(read_cap, recorded_cap):
    media = read_cap(recorded_cap("storm.cap")).media
    assert [(m.url, m.description) for m in media] == [("https://weather.example/radar.png", "雷达图")]


@pytest.mark.parametrize(
    "uri", ["file:///etc/passwd", "radar.png", "javascript:alert(1)", "data:image/png;base64,x", ""]
)
def test_rule_13_nothing_else_is_a_picture(uri, read_cap, alert, info):
    resource = f"<resource><resourceDesc>x</resourceDesc><mimeType>image/png</mimeType><uri>{uri}</uri></resource>"
    assert read_cap(alert(info(more=resource))).media == ()


# rule 14 ------------------------------------------------------------------------------------------------------------
def described(read_cap, alert, info, text: str) -> str:
    return read_cap(alert(info(description=text))).text


def test_rule_14_tags_are_stripped(read_cap, alert, info):
    text = described(
        read_cap, alert, info, "Fenster&amp;nbsp;schliessen.&lt;br/&gt;&lt;b&gt;T&#252;ren&lt;/b&gt; auch."
    )
    assert text == "Fenster schliessen.\nTüren auch."


def test_rule_14_hard_wraps_are_undone_and_lists_and_paragraphs_kept(read_cap, alert, info):
    text = described(
        read_cap, alert, info,
        "* WHAT...Heavy rain and wind gusts of\nup to 90 km/h are expected in the\nmountains.\n\n* WHERE...North coast.\n- Crowley\n- Rayne",
    )  # fmt: skip
    assert text == (
        "* WHAT...Heavy rain and wind gusts of up to 90 km/h are expected in the mountains.\n\n"
        "* WHERE...North coast.\n- Crowley\n- Rayne"
    )


def test_rule_14_lines_of_a_form_stay_lines(read_cap, alert, info):
    form = "LOCATION: 86 Gorge Road\nSTATUS: out of control\nSIZE: 0 ha"
    assert described(read_cap, alert, info, form) == form


def test_rule_14_chinese_lines_are_joined_without_a_space_and_sentences_stay(read_cap, alert, info):
    assert (
        described(read_cap, alert, info, "预计未来三小时\n将有大雨。\n请注意防范。")
        == "预计未来三小时将有大雨。\n请注意防范。"
    )


def test_rule_14_less_than_in_prose_is_no_tag(read_cap, alert, info):
    assert (
        described(read_cap, alert, info, "Visibility &lt; 50 m, wind &gt; 30 m/s")
        == "Visibility < 50 m, wind > 30 m/s"
    )


# rule 15 ------------------------------------------------------------------------------------------------------------
def test_rule_15_disorder_and_strangers_are_no_reason_to_refuse(read_cap, alert, info):
    mixed = alert(more="<surprise>x</surprise>").replace(b"<status>Actual</status>", b"")
    mixed = mixed.replace(b"</alert>", b"<status>Actual</status></alert>")
    assert why_not_relayed(read_cap(mixed), NOW) == ""
    assert why_not_relayed(read_cap(alert(info(certainty=""))), NOW) == ""
    assert read_cap(alert(info(certainty="Very Likely"))).alert.hazards[0].certainty is Certainty.LIKELY


@pytest.mark.parametrize(
    "namespace",
    [
        "urn:oasis:names:tc:emergency:cap:1.2", "urn:oasis:names:tc:emergency:cap:1.1", "urn:oasis:names:tc:emergency:cap:1.0",
        "http://www.incident.com/cap/1.0", "urn:oasis:names:tc:emergency:alerts:1.2",
    ],
)  # fmt: skip
def test_rule_15_every_known_namespace_is_cap(namespace, read_cap, alert):
    post = read_cap(alert(namespace=namespace))
    assert why_not_relayed(post, NOW) == ""
    assert post.alert.flags == ()


def test_rule_15_an_unknown_namespace_is_accepted_and_flagged(read_cap, alert):
    post = read_cap(alert(namespace="urn:example:own"))
    assert why_not_relayed(post, NOW) == ""
    assert any("namespace" in flag for flag in post.alert.flags)


@pytest.mark.parametrize("missing", ["identifier", "sender", "sent", "status", "msgType", "scope"])
def test_rule_15_without_the_required_minimum_it_is_not_relayed(missing, read_cap, alert):
    assert why_not_relayed(read_cap(alert(**{missing: None})), NOW)


def test_rule_15_an_event_or_a_headline_is_needed(read_cap, alert, info):
    assert why_not_relayed(read_cap(alert(info(event="", headline=""))), NOW)
    assert why_not_relayed(read_cap(alert("<!-- -->")), NOW)
    assert why_not_relayed(read_cap(alert(info(event=""))), NOW) == ""
    assert why_not_relayed(read_cap(alert(info(headline=""))), NOW) == ""


# rule 16 ------------------------------------------------------------------------------------------------------------
def test_rule_16_a_missing_headline_is_made_of_event_area_and_sender(read_cap, alert, info):
    block = info(headline=None, more="<senderName>Weather office</senderName>" + area("Fangshan") + area("Fengtai"))
    assert read_cap(alert(block)).title == "Rainstorm · Fangshan, Fengtai · Weather office"


def test_rule_16_empty_elements_are_absent_ones(read_cap, alert, info):
    block = info(headline=" ", description="", instruction="\n", expires="", more="<senderName/>" + area(""))
    post = read_cap(alert(block, note="", references="", incidents=""))
    assert post.title == "Rainstorm · warn@weather.example"
    assert post.text == ""
    assert (post.supersedes, post.event_id, post.alert.note) == ((), "", "")
    assert post.alert.hazards[0].expires is None


# MeteoAlarm's green -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("level", ["1; green; Minor", "1;green;Minor", "green"])
def test_a_green_level_is_no_warning(level, read_cap, alert, info):
    post = read_cap(alert(info(severity="Minor", more=pair("parameter", "awareness_level", level))))
    assert "green" in why_not_relayed(post, NOW)


@pytest.mark.parametrize("level", ["2; yellow; Moderate", "4; red; Extreme"])
def test_other_levels_are_relayed(level, read_cap, alert, info):
    post = read_cap(alert(info(more=pair("parameter", "awareness_level", level))))
    assert why_not_relayed(post, NOW) == ""


def test_one_green_hazard_does_not_hide_another(read_cap, alert, info):
    green = info(more=pair("parameter", "awareness_level", "1; green; Minor"))
    orange = info(more=pair("parameter", "awareness_level", "3; orange; Severe"))
    assert why_not_relayed(read_cap(alert(green, orange)), NOW) == ""


def test_scope_and_status_are_read_in_any_case(read_cap, alert):
    post = read_cap(alert(status="ACTUAL", scope=" public ", msgType="alert"))
    assert (post.alert.status, post.alert.scope, post.alert.msg_type) == (Status.ACTUAL, Scope.PUBLIC, MsgType.ALERT)
