/* When a key frame is asked for: of the encoder that all viewers share, or of the guest in the seat. */
#include "webrtc/webrtc.h"

#include <gst/video/video.h>

/* A key frame costs every viewer bandwidth: at most one request in this time for all peers together. A viewer who joins has
 * no picture yet; one who lost something has. */
#define KEY_INTERVAL_US (500 * G_TIME_SPAN_MILLISECOND)
#define LOST_KEY_INTERVAL_US G_TIME_SPAN_SECOND

void
rtc_invoke (R58WebRTC *self, GSourceFunc call, gpointer data, GDestroyNotify notify)
{
  GSource *source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, call, data, notify);
  g_source_attach (source, self->context);
  g_source_unref (source);
}

static void
ask_key (R58WebRTC *self)
{
  self->key_asked = g_get_monotonic_time ();
  g_mutex_lock (&self->lock);
  self->key_requests++;
  R58Peer *guest = NULL;
  if (self->mode == MODE_RECEIVE && self->peers->len)
    guest = r58_peer_ref (g_ptr_array_index (self->peers, 0));
  g_mutex_unlock (&self->lock);
  if (guest) {
    r58_peer_ask_key (guest);
    r58_peer_unref (guest);
  } else if (self->mode == MODE_SEND) {
    GstPad *video = gst_element_get_static_pad (GST_ELEMENT (self), "video");
    if (video) {
      gst_pad_push_event (video, gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
      gst_object_unref (video);
    }
  }
}

static gboolean
on_key_timer (gpointer data)
{
  R58WebRTC *self = data;
  g_clear_pointer (&self->key_timer, g_source_unref);
  if (self->mode == MODE_SEND || g_atomic_int_get (&self->awaits_key))
    ask_key (self);
  return G_SOURCE_REMOVE;
}

/* At once, or at the end of the interval for all who asked in between. Control thread. */
static void
want_key (R58WebRTC *self, gint64 interval_us)
{
  gint64 due = self->key_asked + interval_us, wait_us = due - g_get_monotonic_time ();
  if (self->key_timer && self->key_due <= due)
    return;
  if (self->key_timer) {
    g_source_destroy (self->key_timer);
    g_clear_pointer (&self->key_timer, g_source_unref);
  }
  if (wait_us <= 0) {
    ask_key (self);
    return;
  }
  self->key_due = due;
  self->key_timer = g_timeout_source_new (wait_us / 1000 + 1);
  g_source_set_callback (self->key_timer, on_key_timer, self, NULL);
  g_source_attach (self->key_timer, self->context);
}

gboolean
rtc_key_wanted (gpointer data)
{
  want_key (data, KEY_INTERVAL_US);
  return G_SOURCE_REMOVE;
}

static gboolean
lost_key_wanted (gpointer data)
{
  want_key (data, LOST_KEY_INTERVAL_US);
  return G_SOURCE_REMOVE;
}

void
rtc_peer_wants_key (GstElement *owner, gboolean joins)
{
  rtc_invoke (R58_WEBRTC (owner), joins ? rtc_key_wanted : lost_key_wanted, owner, NULL);
}
