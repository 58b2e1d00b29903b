/* returns released N SEED: an N-1 output that is released while the mixer pushes into it. */
#include "mixer/mixer.h"

#include "check.h"

#define WAIT_US (10 * G_TIME_SPAN_SECOND)

static gint entered, go_on, gone;

/* What is behind the output: takes the block and its time. */
static GstFlowReturn
take (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  gst_buffer_unref (buffer);
  g_atomic_int_set (&entered, TRUE);
  while (!g_atomic_int_get (&go_on))
    g_usleep (1000);
  return GST_FLOW_OK;
}

static void
on_gone (gpointer unused, GObject *pad)
{
  g_atomic_int_set (&gone, TRUE);
}

static gboolean
comes (const gint *flag)
{
  for (gint64 until = g_get_monotonic_time () + WAIT_US; !g_atomic_int_get (flag); g_usleep (1000))
    if (g_get_monotonic_time () > until)
      return FALSE;
  return TRUE;
}

static guint64
blocks_of (R58Mixer *self)
{
  r58_lock (&self->control.lock);
  guint64 blocks = self->control.blocks;
  r58_unlock (&self->control.lock);
  return blocks;
}

static void
released (void)
{
  GstElement *p = gst_parse_launch ("r58mixer name=m slots=1 caps=\"video/x-raw,format=I420,width=160,height=90,"
      "framerate=30/1\" m.video ! fakesink async=false m.audio ! fakesink async=false sync=false", NULL);
  R58Mixer *self = (R58Mixer *) gst_bin_get_by_name (GST_BIN (p), "m");
  GstPad *into = gst_object_ref_sink (gst_pad_new ("into", GST_PAD_SINK));
  gst_pad_set_chain_function (into, take);
  gst_pad_set_active (into, TRUE);
  GstPad *pad = gst_element_request_pad_simple (GST_ELEMENT (self), "n1_0");
  CHECK (pad && gst_pad_link_full (pad, into, GST_PAD_LINK_CHECK_NOTHING) == GST_PAD_LINK_OK, "an N-1 output");
  g_object_weak_ref (G_OBJECT (pad), on_gone, NULL);
  g_object_set (self, "command", "{\"op\":\"slot\",\"slot\":0,\"n1\":true}", NULL);
  gst_element_set_state (p, GST_STATE_PLAYING);
  CHECK (comes (&entered), "nothing came out");

  gst_element_release_request_pad (GST_ELEMENT (self), pad);
  gst_object_unref (pad);
  CHECK (!g_atomic_int_get (&gone), "the output went while the tick was in it");
  g_atomic_int_set (&go_on, TRUE);
  CHECK (comes (&gone), "the output stays for ever");

  /* Nor does a tick look for outputs while they change. */
  r58_lock (&self->returns.lock);
  g_usleep (100 * 1000);
  guint64 before = blocks_of (self);
  g_usleep (200 * 1000);
  guint64 after = blocks_of (self);
  r58_unlock (&self->returns.lock);
  CHECK (before == after && before > 0, "%" G_GUINT64_FORMAT " blocks while the outputs were locked", after - before);

  gst_element_set_state (p, GST_STATE_NULL);
  gst_object_unref (into);
  gst_object_unref (self);
  gst_object_unref (p);
}

static gboolean
init (GstPlugin *plugin)
{
  return r58_mixer_register (plugin);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  gst_plugin_register_static (GST_VERSION_MAJOR, GST_VERSION_MINOR, "r58test", "Test", init, "1", "MIT", "r58", "r58", "r58");
  released ();
  return 0;
}
