/* What a viewer gets, on its way into the webrtcbin of its peer. */
#include "webrtc/peerparts.h"

#include <gst/webrtc/webrtc.h>

gint
r58_peer_takes (R58Peer *peer, const gchar *pad)
{
  if (!peer->feed || !r58_feed_is_open (peer->feed))
    return -1;
  if (g_str_equal (pad, "video"))
    return peer->pt[R58_VIDEO];
  return g_strcmp0 (pad, peer->audio_pad) == 0 ? peer->pt[R58_AUDIO] : -1;
}

void
r58_peer_push (R58Peer *peer, R58Kind kind, GstMiniObject *unit, gboolean starts)
{
  if (kind == R58_VIDEO && starts)
    r58_gate_key_sent (peer->gate);
  r58_feed_push (peer->feed, kind, unit, starts);
}

static void
feed_wants_key (gpointer owner)
{
  R58Peer *peer = owner;
  if (!g_atomic_int_get (&peer->ended) && r58_gate_key (peer->gate, g_get_monotonic_time ()))
    peer->does->wants_key (peer->owner, FALSE);
}

static GstPadProbeReturn
on_outgoing_video (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  R58Peer *peer = data;
  r58_gate_sent (peer->gate, info->data);
  return GST_PAD_PROBE_OK;
}

static gboolean
add_track (R58Peer *peer, R58Kind kind, guint32 ssrc)
{
  gint mline = r58_sdp_line_of (peer->offer, kind);
  if (peer->pt[kind] < 0)
    return TRUE;
  if (mline < 0)
    return FALSE;
  /* Only what decides the codec: a profile-level-id of ours would have to equal the one offered, letter by letter. */
  GstCaps *caps = gst_caps_new_simple ("application/x-rtp", "media", G_TYPE_STRING, r58_kind_name (kind),
      "encoding-name", G_TYPE_STRING, kind == R58_VIDEO ? "H264" : "OPUS",
      "clock-rate", G_TYPE_INT, kind == R58_VIDEO ? 90000 : 48000, "payload", G_TYPE_INT, peer->pt[kind],
      "ssrc", G_TYPE_UINT, ssrc, NULL);
  if (kind == R58_VIDEO)
    gst_caps_set_simple (caps, "packetization-mode", G_TYPE_STRING, "1", NULL);

  gchar *name = g_strdup_printf ("sink_%d", mline);
  GstPadTemplate *template = gst_element_get_pad_template (peer->webrtc, "sink_%u");
  GstPad *sink = gst_element_request_pad (peer->webrtc, template, name, caps);
  g_free (name);
  gboolean linked = FALSE;
  if (sink) {
    GstWebRTCRTPTransceiver *transceiver = NULL;
    g_object_get (sink, "transceiver", &transceiver, NULL);
    g_object_set (transceiver, "direction", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY, "codec-preferences", caps,
        "do-nack", kind == R58_VIDEO, NULL);
    gst_object_unref (transceiver);
    g_object_set (sink, "msid", "r58", NULL);
    linked = gst_pad_link_full (r58_feed_pad (peer->feed, kind), sink, GST_PAD_LINK_CHECK_NOTHING) == GST_PAD_LINK_OK;
    if (linked)
      r58_feed_begin (peer->feed, kind, caps);
    if (kind == R58_VIDEO)
      peer_probe (peer, r58_feed_pad (peer->feed, kind), GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
          on_outgoing_video);
    gst_object_unref (sink);
  }
  gst_caps_unref (caps);
  return linked;
}

void
peer_open_feed (R58Peer *peer, const guint32 ssrc[R58_KINDS])
{
  peer->feed = r58_feed_new (feed_wants_key, peer);
  peer->video_ssrc = ssrc[R58_VIDEO];
  peer->loss_ssrc = peer->pt[R58_VIDEO] < 0 ? ssrc[R58_AUDIO] : ssrc[R58_VIDEO];
}

gboolean
peer_add_tracks (R58Peer *peer, const guint32 ssrc[R58_KINDS])
{
  return add_track (peer, R58_VIDEO, ssrc[R58_VIDEO]) && add_track (peer, R58_AUDIO, ssrc[R58_AUDIO]);
}
