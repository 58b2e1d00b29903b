/* The guest in the seat: what it sends goes through an inbox to the src pad of its kind. */
#include "webrtc/webrtc.h"

#include <gst/video/video.h>

/* Receive: what follows cannot be decoded without a key frame. */
static void
guest_needs_key (gpointer owner)
{
  R58WebRTC *self = owner;
  g_atomic_int_set (&self->awaits_key, TRUE);
  rtc_invoke (self, rtc_key_wanted, self, NULL);
}

static gboolean
in_seat (R58WebRTC *self, R58Peer *peer)
{
  g_mutex_lock (&self->lock);
  gboolean seated = self->peers->len && g_ptr_array_index (self->peers, 0) == peer;
  g_mutex_unlock (&self->lock);
  return seated;
}

void
rtc_received (GstElement *owner, R58Peer *peer, R58Kind kind, GstMiniObject *unit)
{
  R58WebRTC *self = R58_WEBRTC (owner);
  GstPad *pad = self->src[kind];
  if (!pad || !in_seat (self, peer)) {
    gst_mini_object_unref (unit);
    return;
  }
  g_mutex_lock (&self->src_lock[kind]);
  gboolean first = self->src_discont[kind];
  self->src_discont[kind] = FALSE;
  g_mutex_unlock (&self->src_lock[kind]);
  if (first && GST_IS_BUFFER (unit)) {
    unit = (GstMiniObject *) gst_buffer_make_writable (GST_BUFFER (unit));
    GST_BUFFER_FLAG_SET (GST_BUFFER (unit), GST_BUFFER_FLAG_DISCONT);
  }
  /* A stream that is joined midway, or has a hole, gives no picture until the guest is asked; the request or what
   * answers it may be lost too. */
  gboolean starts = FALSE;
  if (kind == R58_VIDEO && GST_IS_BUFFER (unit)) {
    starts = g_atomic_int_get (&self->src_vp8) ? r58_rtp_starts_vp8 (GST_BUFFER (unit)) : r58_rtp_unit_starts_h264 (unit);
    if (starts)
      g_atomic_int_set (&self->awaits_key, FALSE);
    else if (first)
      g_atomic_int_set (&self->awaits_key, TRUE);
    if (g_atomic_int_get (&self->awaits_key) && r58_rtp_ends_frame (GST_BUFFER (unit)))
      rtc_invoke (self, rtc_key_wanted, self, NULL);
  }
  g_mutex_lock (&self->lock);
  self->packets_in += r58_rtp_unit_packets (unit);
  self->bytes_in += r58_rtp_unit_bytes (unit);
  g_mutex_unlock (&self->lock);
  r58_inbox_push (self->inbox[kind], unit, starts);
}

static void
push_event (R58WebRTC *self, R58Kind kind, GstEvent *event)
{
  r58_inbox_push (self->inbox[kind], GST_MINI_OBJECT_CAST (event), FALSE);
}

static void
src_caps (R58WebRTC *self, R58Kind kind, GstCaps *caps)
{
  GstPad *pad = self->src[kind];
  GstCaps *out = gst_caps_copy (caps);
  const gchar *encoding = gst_structure_get_string (gst_caps_get_structure (out, 0), "encoding-name");
  if (kind == R58_VIDEO) {
    g_atomic_int_set (&self->src_vp8, g_strcmp0 (encoding, "VP8") == 0);
    r58_inbox_vp8 (self->inbox[kind], g_atomic_int_get (&self->src_vp8));
  }
  /* The same stream with another SSRC keeps its format. */
  gst_structure_remove_field (gst_caps_get_structure (out, 0), "ssrc");
  if (!self->src_begun[kind]) {
    gchar *id = gst_pad_create_stream_id (pad, GST_ELEMENT (self), r58_kind_name (kind));
    push_event (self, kind, gst_event_new_stream_start (id));
    g_free (id);
  }
  if (!self->src_caps[kind] || !gst_caps_is_equal (self->src_caps[kind], out)) {
    push_event (self, kind, gst_event_new_caps (out));
    gst_caps_replace (&self->src_caps[kind], out);
  }
  if (!self->src_begun[kind]) {
    GstSegment segment;
    gst_segment_init (&segment, GST_FORMAT_TIME);
    push_event (self, kind, gst_event_new_segment (&segment));
  }
  self->src_begun[kind] = TRUE;
  self->src_discont[kind] = TRUE;
  gst_caps_unref (out);
}

void
rtc_received_event (GstElement *owner, R58Peer *peer, R58Kind kind, GstEvent *event)
{
  R58WebRTC *self = R58_WEBRTC (owner);
  if (self->src[kind] && in_seat (self, peer)) {
    g_mutex_lock (&self->src_lock[kind]);
    if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
      GstCaps *caps;
      gst_event_parse_caps (event, &caps);
      src_caps (self, kind, caps);
    } else if (GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_DOWNSTREAM && self->src_begun[kind]) {
      /* GstRTPPacketLost: lets Opus conceal what is missing. */
      if (kind == R58_VIDEO && gst_event_has_name (event, "GstRTPPacketLost"))
        g_atomic_int_set (&self->awaits_key, TRUE);
      push_event (self, kind, gst_event_ref (event));
    }
    g_mutex_unlock (&self->src_lock[kind]);
  }
  gst_event_unref (event);
}

static gboolean
src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  R58WebRTC *self = R58_WEBRTC (parent);
  if (gst_video_event_is_force_key_unit (event)) {
    GST_OBJECT_LOCK (self);
    if (self->context)
      rtc_invoke (self, rtc_key_wanted, self, NULL);
    GST_OBJECT_UNLOCK (self);
  }
  gst_event_unref (event);
  return TRUE;
}

static gboolean
src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return gst_pad_query_default (pad, parent, query);
  gst_query_set_latency (query, TRUE, 0, GST_CLOCK_TIME_NONE);
  return TRUE;
}

void
rtc_add_src (R58WebRTC *self, R58Kind kind, GstStaticPadTemplate *template)
{
  GstPad *pad = gst_pad_new_from_static_template (template, template->name_template);
  gst_pad_set_event_function (pad, src_event);
  gst_pad_set_query_function (pad, src_query);
  gst_pad_use_fixed_caps (pad);
  self->src[kind] = pad;
  self->inbox[kind] = r58_inbox_new (pad, kind, guest_needs_key, self);
  gst_element_add_pad (GST_ELEMENT (self), pad);
}

void
rtc_remove_src (R58WebRTC *self, R58Kind kind)
{
  g_clear_pointer (&self->inbox[kind], r58_inbox_free);
  gst_element_remove_pad (GST_ELEMENT (self), self->src[kind]);
  self->src[kind] = NULL;
}

void
rtc_stop_src (R58WebRTC *self, R58Kind kind)
{
  if (self->inbox[kind])
    r58_inbox_stop (self->inbox[kind]);
  self->src_begun[kind] = FALSE;
  gst_clear_caps (&self->src_caps[kind]);
}
