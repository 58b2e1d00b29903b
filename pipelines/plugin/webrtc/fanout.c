/* What every viewer is sent: the packets of the sink pads, rewritten once per payload type. */
#include "webrtc/webrtc.h"

typedef struct {
  guint8 pt;
  GstMiniObject *unit;
} Rewritten;

/* Viewers of one browser share a payload type: each type is written once. */
static void
distribute (R58WebRTC *self, GstPad *pad, GstMiniObject *unit)
{
  enum { TYPES = 8 };
  Rewritten written[TYPES];
  guint types = 0;
  const gchar *name = GST_PAD_NAME (pad);
  R58Kind kind = g_str_equal (name, "video") ? R58_VIDEO : R58_AUDIO;
  gboolean starts = kind == R58_AUDIO || r58_rtp_unit_starts_h264 (unit);
  g_mutex_lock (&self->lock);
  self->packets_in += r58_rtp_unit_packets (unit);
  self->bytes_in += r58_rtp_unit_bytes (unit);
  for (guint i = 0; i < self->peers->len; i++) {
    R58Peer *peer = g_ptr_array_index (self->peers, i);
    gint pt = r58_peer_takes (peer, name);
    if (pt < 0)
      continue;
    guint t = 0;
    while (t < types && written[t].pt != pt)
      t++;
    if (t == types && types == TYPES)
      gst_mini_object_unref (written[--t].unit);
    else if (t == types)
      types++;
    else {
      if (written[t].unit)
        r58_peer_push (peer, kind, gst_mini_object_ref (written[t].unit), starts);
      continue;
    }
    written[t] = (Rewritten){ pt, r58_rtp_unit_rewrite (unit, pt, self->ssrc[kind]) };
    if (written[t].unit)
      r58_peer_push (peer, kind, gst_mini_object_ref (written[t].unit), starts);
  }
  g_mutex_unlock (&self->lock);
  for (guint t = 0; t < types; t++)
    if (written[t].unit)
      gst_mini_object_unref (written[t].unit);
  gst_mini_object_unref (unit);
}

static GstFlowReturn
sink_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  distribute (R58_WEBRTC (parent), pad, (GstMiniObject *) buffer);
  return GST_FLOW_OK;
}

static GstFlowReturn
sink_chain_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  distribute (R58_WEBRTC (parent), pad, (GstMiniObject *) list);
  return GST_FLOW_OK;
}

static gboolean
sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  /* A live programme has no end; when the pipeline is asked to end, this element does not delay it. */
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    gst_element_post_message (GST_ELEMENT (parent), gst_message_new_eos (GST_OBJECT (parent)));
  gst_event_unref (event);
  return TRUE;
}

GstPad *
rtc_new_sink (GstPadTemplate *template, const gchar *name)
{
  GstPad *pad = gst_pad_new_from_template (template, name);
  gst_pad_set_chain_function (pad, sink_chain);
  gst_pad_set_chain_list_function (pad, sink_chain_list);
  gst_pad_set_event_function (pad, sink_event);
  return pad;
}
