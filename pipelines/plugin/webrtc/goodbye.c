#include "webrtc/goodbye.h"

#define GOODBYE_MAX_MS 1000

typedef struct {
  GMutex lock;
  GCond sent;
  gboolean done;
} Goodbye;

static void
goodbye_clear (gpointer data)
{
  Goodbye *goodbye = data;
  g_mutex_clear (&goodbye->lock);
  g_cond_clear (&goodbye->sent);
}

static void
goodbye_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, goodbye_clear);
}

static GstPadProbeReturn
on_goodbye_sent (GstPad *src, GstPadProbeInfo *info, gpointer data)
{
  Goodbye *goodbye = data;
  g_mutex_lock (&goodbye->lock);
  goodbye->done = TRUE;
  g_cond_signal (&goodbye->sent);
  g_mutex_unlock (&goodbye->lock);
  return GST_PAD_PROBE_REMOVE;
}

/* Runs below the push of @sink's peer, which is idle as soon as that has returned: then it is on the wire. */
static GstPadProbeReturn
on_goodbye (GstPad *sink, GstPadProbeInfo *info, gpointer data)
{
  GstPad *src = gst_pad_get_peer (sink);
  if (src) {
    gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_IDLE, on_goodbye_sent, g_atomic_rc_box_acquire (data), goodbye_unref);
    gst_object_unref (src);
  }
  return GST_PAD_PROBE_OK;
}

/* Tells the peer that this is the end (DTLS close_notify): webrtcbin 1.22 just goes silent, and a browser shows the
 * last picture for half a minute. An EOS into the encryptor makes its thread send it. */
void
r58_goodbye_send (GstElement *dtlsenc)
{
  GstPad *sink = gst_element_get_static_pad (dtlsenc, "sink");
  GstPad *src = gst_element_get_static_pad (dtlsenc, "src");
  GstPad *next = src ? gst_pad_get_peer (src) : NULL;
  if (sink && next) {
    Goodbye *goodbye = g_atomic_rc_box_new0 (Goodbye);
    g_mutex_init (&goodbye->lock);
    g_cond_init (&goodbye->sent);
    gulong probe = gst_pad_add_probe (next, GST_PAD_PROBE_TYPE_BUFFER, on_goodbye, g_atomic_rc_box_acquire (goodbye),
        goodbye_unref);
    gst_pad_send_event (sink, gst_event_new_eos ());
    g_mutex_lock (&goodbye->lock);
    gint64 until = g_get_monotonic_time () + GOODBYE_MAX_MS * G_TIME_SPAN_MILLISECOND;
    while (!goodbye->done && g_cond_wait_until (&goodbye->sent, &goodbye->lock, until))
      ;
    g_mutex_unlock (&goodbye->lock);
    gst_pad_remove_probe (next, probe);
    goodbye_unref (goodbye);
  }
  gst_clear_object (&next);
  gst_clear_object (&sink);
  gst_clear_object (&src);
}
