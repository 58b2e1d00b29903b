/* commands silent N SEED: what commands leave behind in the mixer. */
#include "mixer/mixer.h"

#include "check.h"

/* Its video tick takes every command, and nothing ever takes the sound of one. */
static void
silent (void)
{
  GstElement *p = gst_parse_launch ("r58mixer name=m slots=2 audio=false caps=\"video/x-raw,format=I420,width=160,height=90,"
      "framerate=240/1\" m.video ! fakesink async=false", NULL);
  R58Mixer *self = (R58Mixer *) gst_bin_get_by_name (GST_BIN (p), "m");
  GstBus *bus = gst_element_get_bus (p);
  gst_element_set_state (p, GST_STATE_PLAYING);
  guint applied = 0;
  for (guint i = 0; i < 200; i++) {
    g_object_set (self, "command", "{\"op\":\"program\",\"id\":\"x\",\"layers\":[{\"slot\":0}],\"gains\":[1,0]}", NULL);
    /* At most so many wait at one time. */
    for (gboolean waits = i % 32 == 31; waits; g_usleep (1000)) {
      r58_lock (&self->control.lock);
      waits = self->control.takes.length > 0;
      r58_unlock (&self->control.lock);
    }
  }
  GstMessage *message;
  while ((message = gst_bus_timed_pop_filtered (bus, 0, GST_MESSAGE_ELEMENT))) {
    const gchar *event = gst_structure_get_string (gst_message_get_structure (message), "event");
    CHECK (!g_str_equal (event, "refused"), "a command was refused");
    applied += g_str_equal (event, "applied");
    gst_message_unref (message);
  }
  r58_lock (&self->control.lock);
  guint left = self->control.sound.length;
  r58_unlock (&self->control.lock);
  CHECK (left == 0, "%u changes of the sound wait after %u commands", left, applied);
  CHECK (applied > 100, "%u of 200 applied so far", applied);
  gst_element_set_state (p, GST_STATE_NULL);
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
  silent ();
  return 0;
}
