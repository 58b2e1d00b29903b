/* What a guest sends, as it leaves its peer's webrtcbin: into our pads, which belong to no element, and on to the owner. */
#include "webrtc/peerparts.h"

#include <gst/video/video.h>

typedef struct {
  R58Peer *peer;
  R58Kind kind;
  GstPad *pad; /* orphan sink pad, linked to a src pad of webrtcbin */
} Inlet;

static void
inlet_free (gpointer data)
{
  Inlet *inlet = data;
  gst_pad_set_active (inlet->pad, FALSE);
  gst_object_unref (inlet->pad);
  g_free (inlet);
}

GPtrArray *
peer_inlets_new (void)
{
  return g_ptr_array_new_with_free_func (inlet_free);
}

static GstFlowReturn
inlet_take (Inlet *inlet, GstMiniObject *unit)
{
  R58Peer *peer = inlet->peer;
  if (!g_atomic_int_get (&peer->verified) || g_atomic_int_get (&peer->ended)) {
    gst_mini_object_unref (unit);
    return GST_FLOW_OK;
  }
  GstClockTime pts = GST_IS_BUFFER (unit) ? GST_BUFFER_PTS (GST_BUFFER (unit)) : GST_CLOCK_TIME_NONE;
  GstClockTimeDiff held = GST_CLOCK_TIME_IS_VALID (pts)
      ? GST_CLOCK_DIFF (pts + gst_element_get_base_time (peer->owner), r58_now ()) : 0;
  g_mutex_lock (&peer->lock);
  peer->held = MAX (peer->held, held);
  gint64 now = g_get_monotonic_time ();
  r58_life_heard (&peer->life, now);
  peer->media[inlet->kind] = now;
  peer->packets += r58_rtp_unit_packets (unit);
  peer->bytes += r58_rtp_unit_bytes (unit);
  g_mutex_unlock (&peer->lock);
  peer->does->received (peer->owner, peer, inlet->kind, unit);
  return GST_FLOW_OK;
}

static GstFlowReturn
inlet_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  return inlet_take (gst_pad_get_element_private (pad), (GstMiniObject *) buffer);
}

static GstFlowReturn
inlet_chain_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  return inlet_take (gst_pad_get_element_private (pad), (GstMiniObject *) list);
}

static gboolean
inlet_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  Inlet *inlet = gst_pad_get_element_private (pad);
  if (g_atomic_int_get (&inlet->peer->ended)) {
    gst_event_unref (event);
    return TRUE;
  }
  inlet->peer->does->received_event (inlet->peer->owner, inlet->peer, inlet->kind, event);
  return TRUE;
}

static void
on_pad_added (GstElement *webrtc, GstPad *src, R58Peer *peer)
{
  if (GST_PAD_DIRECTION (src) != GST_PAD_SRC || g_atomic_int_get (&peer->ended))
    return;
  /* By the caps: webrtcbin's own transceiver is a guess when the offer named no SSRC. */
  GstCaps *caps = gst_pad_get_current_caps (src);
  const gchar *media = caps ? gst_structure_get_string (gst_caps_get_structure (caps, 0), "media") : NULL;
  Inlet *inlet = g_new0 (Inlet, 1);
  inlet->peer = peer;
  inlet->kind = g_strcmp0 (media, "audio") == 0 ? R58_AUDIO : R58_VIDEO;
  gst_clear_caps (&caps);
  inlet->pad = gst_object_ref_sink (gst_pad_new (NULL, GST_PAD_SINK));
  gst_pad_set_element_private (inlet->pad, inlet);
  gst_pad_set_chain_function (inlet->pad, inlet_chain);
  gst_pad_set_chain_list_function (inlet->pad, inlet_chain_list);
  gst_pad_set_event_function (inlet->pad, inlet_event);
  gst_pad_set_active (inlet->pad, TRUE);
  g_mutex_lock (&peer->lock);
  g_ptr_array_add (peer->inlets, inlet);
  g_mutex_unlock (&peer->lock);
  if (gst_pad_link_full (src, inlet->pad, GST_PAD_LINK_CHECK_NOTHING) != GST_PAD_LINK_OK)
    peer_fail (peer, "the received %s could not be linked", r58_kind_name (inlet->kind));
}

void
peer_watch_received (R58Peer *peer)
{
  peer_hear (peer, peer->webrtc, "pad-added", G_CALLBACK (on_pad_added));
}

void
peer_stop_inlets (R58Peer *peer)
{
  for (guint i = 0; i < peer->inlets->len; i++)
    gst_pad_set_active (((Inlet *) g_ptr_array_index (peer->inlets, i))->pad, FALSE);
}

void
r58_peer_ask_key (R58Peer *peer)
{
  GstPad *pad = NULL;
  g_mutex_lock (&peer->lock);
  for (guint i = 0; i < peer->inlets->len; i++) {
    Inlet *inlet = g_ptr_array_index (peer->inlets, i);
    if (inlet->kind == R58_VIDEO)
      pad = inlet->pad;
  }
  if (pad)
    gst_object_ref (pad);
  g_mutex_unlock (&peer->lock);
  if (!pad)
    return;
  gst_pad_push_event (pad, gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
  gst_object_unref (pad);
}
