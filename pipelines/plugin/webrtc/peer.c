/* One peer from beginning to end: its parts, its end, and its figures. */
#include "webrtc/peerparts.h"

#include <gst/webrtc/webrtc.h>

#include "webrtc/goodbye.h"

/* After this long without a packet of a kind a guest counts as not sending it. */
#define QUIET_US (1500 * G_TIME_SPAN_MILLISECOND)

/* ---- begin ---- */

R58Peer *
r58_peer_new (const R58PeerOptions *o)
{
  R58Peer *peer = g_new0 (R58Peer, 1);
  peer->refs = 1;
  peer->owner = o->owner;
  peer->does = o->does;
  peer->context = g_main_context_ref (o->context);
  peer->id = g_strdup (o->id);
  peer->fingerprint = g_strdup (o->fingerprint);
  peer->audio_pad = g_strdup (o->audio_pad);
  peer->receive = o->receive;
  peer->network = o->network;
  peer->pt[R58_VIDEO] = o->video_pt;
  peer->pt[R58_AUDIO] = o->audio_pt;
  r58_line_figures_init (&peer->line);
  peer->gate = r58_gate_new (o->receive);
  peer->created = peer->last_bytes_at = g_get_monotonic_time ();
  g_mutex_init (&peer->lock);
  peer->inlets = peer_inlets_new ();

  GstElement *webrtc = gst_element_factory_make ("webrtcbin", NULL);
  if (!webrtc) {
    peer_fail (peer, "no element webrtcbin: install gstreamer1.0-plugins-bad and gstreamer1.0-nice");
    return peer;
  }
  peer->webrtc = gst_object_ref_sink (webrtc);
  g_object_set (webrtc, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, NULL);
  g_object_get (webrtc, "ice-agent", &peer->ice, NULL);
  g_object_get (peer->ice, "agent", &peer->agent, NULL);
  r58_network_prepare (peer->network, peer->ice, peer->agent);
  peer_watch_negotiation (peer);
  peer_watch_connection (peer);
  peer_watch_session (peer);
  if (o->receive)
    peer_watch_received (peer);
  else
    peer_open_feed (peer, o->ssrc);

  if (gst_sdp_message_new_from_text (o->sdp, &peer->offer) != GST_SDP_OK) {
    peer_fail (peer, "the offer is no SDP");
    return peer;
  }
  if (o->receive)
    r58_sdp_each_ssrc (peer->offer, peer->gate, r58_gate_expect);
  /* One numbering for all lines of the bundle; not all need have it. */
  guint sequence_id = o->receive ? r58_sdp_extension (peer->offer, R58_TWCC_URI) : 0;
  if (sequence_id)
    peer->twcc = r58_twcc_new (sequence_id, r58_sdp_extension (peer->offer, R58_SEND_TIME_URI));
  gst_bin_add (GST_BIN (o->owner), webrtc);
  gst_element_set_base_time (webrtc, gst_element_get_base_time (o->owner));
  if (!gst_element_sync_state_with_parent (webrtc)) {
    peer_fail (peer, "webrtcbin did not start");
    return peer;
  }
  if (!o->receive && !peer_add_tracks (peer, o->ssrc)) {
    peer_fail (peer, "webrtcbin gave no pad for a media line of the offer");
    return peer;
  }
  peer_negotiate (peer);
  return peer;
}

const gchar *
r58_peer_id (R58Peer *peer)
{
  return peer->id;
}

gboolean
r58_peer_error (R58Peer *peer, GstObject *source, const gchar *text)
{
  if (!peer->webrtc || !gst_object_has_as_ancestor (source, GST_OBJECT (peer->webrtc)))
    return FALSE;
  peer_fail (peer, "%s: %s", GST_OBJECT_NAME (source), text);
  return TRUE;
}

/* ---- end ---- */

typedef struct {
  R58Peer *peer;
  gboolean say_goodbye;
  void (*done) (GstElement *owner);
} Removal;

/* Handlers first, then NULL (which ends streaming threads and unblocks the feed's), then out of the bin. */
static gpointer
take_apart (gpointer data)
{
  Removal *removal = data;
  R58Peer *peer = removal->peer;
  GstElement *owner = gst_object_ref (peer->owner);
  if (peer->webrtc) {
    g_signal_handlers_disconnect_by_data (peer->webrtc, peer);
    GstElement *rtpbin = gst_bin_get_by_name (GST_BIN (peer->webrtc), "rtpbin");
    g_signal_handlers_disconnect_by_data (rtpbin, peer);
    gst_object_unref (rtpbin);
    g_signal_handlers_disconnect_by_data (peer->agent, peer);
    if (peer->session)
      g_signal_handlers_disconnect_by_data (peer->session, peer);
    if (removal->say_goodbye && peer->dtlsenc)
      r58_goodbye_send (peer->dtlsenc);
    gst_element_set_locked_state (peer->webrtc, TRUE);
    gst_element_set_state (peer->webrtc, GST_STATE_NULL);
    peer_stop_inlets (peer);
    if (GST_OBJECT_PARENT (peer->webrtc))
      gst_bin_remove (GST_BIN (owner), peer->webrtc);
  }
  if (peer->feed)
    g_clear_pointer (&peer->feed, r58_feed_free);
  gst_clear_object (&peer->dtlsenc);
  gst_clear_object (&peer->webrtc);
  r58_peer_unref (peer);
  removal->done (owner);
  gst_object_unref (owner);
  g_free (removal);
  return NULL;
}

void
r58_peer_end (R58Peer *peer, const gchar *reason, void (*done) (GstElement *owner))
{
  if (!g_atomic_int_compare_and_exchange (&peer->ended, FALSE, TRUE))
    return;
  gboolean was_connected = peer->state == PEER_CONNECTED;
  gboolean was_answered = peer->answered;
  peer_stop_gathering (peer);
  if (peer->feed)
    r58_feed_stop (peer->feed);
  peer_set_state (peer, PEER_ENDED, was_connected ? "closed" : "failed", reason);
  JsonBuilder *b = peer_event (peer);
  r58_json_string (b, "reason", reason);
  if (!was_connected)
    peer_add_report (peer, b);
  r58_post_event (peer->owner, was_answered ? "gone" : "failed", b);
  Removal *removal = g_new (Removal, 1);
  /* The peer may be connected on its side before we know it on ours. */
  *removal = (Removal){ r58_peer_ref (peer), g_atomic_int_get (&peer->verified), done };
  g_thread_unref (g_thread_new ("r58-peer-end", take_apart, removal));
}

/* ---- figures ---- */

R58GateRefused
r58_peer_refused (R58Peer *peer)
{
  return r58_gate_refused (peer->gate);
}

void
r58_peer_stats (R58Peer *peer, JsonBuilder *b)
{
  static const gchar *names[] = { "new", "connecting", "connected", "closed" };
  R58FeedStats sent = { 0 };
  if (peer->feed)
    r58_feed_stats (peer->feed, &sent);
  gint64 now = g_get_monotonic_time ();
  g_mutex_lock (&peer->lock);
  gint64 quiet_us[R58_KINDS] = { now - peer->media[R58_VIDEO], now - peer->media[R58_AUDIO] };
  guint64 packets = peer->receive ? peer->packets : sent.packets;
  guint64 bytes = peer->receive ? peer->bytes : sent.bytes;
  gdouble rtt_ms = peer->line.rtt_ms, held_ms = peer->held / 1e6;
  peer->held = 0;
  g_mutex_unlock (&peer->lock);
  if (now - peer->last_bytes_at >= G_TIME_SPAN_SECOND) {
    /* Without the lock: the session takes its own, under which it calls us. */
    if (peer->receive && peer->session)
      r58_line_figures_measure (&peer->line, peer->session);
    peer->kbps = (bytes - peer->last_bytes) * 8000.0 / (now - peer->last_bytes_at);
    peer->last_bytes = bytes;
    peer->last_bytes_at = now;
  }
  json_builder_begin_object (b);
  r58_json_string (b, "id", peer->id);
  r58_json_string (b, "state", names[peer->state]);
  if (rtt_ms >= 0)
    r58_json_double (b, "rttMs", rtt_ms);
  r58_json_int (b, "packets", packets);
  r58_json_int (b, "bytes", bytes);
  r58_json_int (b, "dropped", sent.dropped);
  if (peer->receive) {
    r58_json_double (b, "heldMs", held_ms);
    /* Of the kinds the offer has. */
    for (R58Kind kind = R58_VIDEO; kind < R58_KINDS; kind++)
      if (peer->pt[kind] >= 0 && peer->state == PEER_CONNECTED)
        r58_json_bool (b, kind == R58_VIDEO ? "videoQuiet" : "audioQuiet", quiet_us[kind] > QUIET_US);
  }
  if (peer->line.loss_pct >= 0)
    r58_json_double (b, "lossPct", peer->line.loss_pct);
  r58_json_int (b, "kbps", peer->kbps);
  json_builder_end_object (b);
}

void
r58_peer_warm (void)
{
  static const gchar *needed[] = { "dtlsdec", "dtlssrtpdec", "dtlssrtpenc", "srtpdec", "srtpenc", "rtpbin",
    "rtpjitterbuffer", "rtpfunnel", "clocksync", "nicesrc", "nicesink", NULL };
  for (const gchar **name = needed; *name; name++) {
    GstElement *element = gst_element_factory_make (*name, NULL);
    if (element)
      gst_object_unref (gst_object_ref_sink (element));
  }
  GstElement *webrtc = gst_element_factory_make ("webrtcbin", NULL);
  if (!webrtc)
    return;
  gst_object_ref_sink (webrtc);
  gst_element_set_state (webrtc, GST_STATE_READY);
  gst_element_set_state (webrtc, GST_STATE_NULL);
  gst_object_unref (webrtc);
}
