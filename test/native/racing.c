/* racing links|mixer SECONDS SEED: the engine at work with everything coming and going at once, for ThreadSanitizer. */
#include <gst/gst.h>
#include <unistd.h>

#include "check.h"

#define VIDEO "video/x-raw,format=I420,width=160,height=90,framerate=30/1"
#define LARGE "video/x-raw,format=I420,width=320,height=180,framerate=30/1"
#define AUDIO "audio/x-raw,format=F32LE,layout=interleaved,rate=48000,channels=2,channel-mask=(bitmask)0x3"
#define READERS 4
#define SOURCES 3
#define SLOTS 4

static gint64 until; /* g_get_monotonic_time */

static gboolean
over (void)
{
  return g_get_monotonic_time () >= until;
}

static gchar *
address_of (const gchar *what, guint n)
{
  return g_strdup_printf ("r58.racing-%d.%s%u", getpid (), what, n);
}

/* What no pipeline here should meet. Events are read as a host does, so that they are made. */
static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer unused)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    GError *error;
    gst_message_parse_error (message, &error, NULL);
    CHECK (FALSE, "%s: %s", GST_MESSAGE_SRC_NAME (message), error->message);
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static GstElement *
launch (const gchar *format, ...)
{
  va_list args;
  va_start (args, format);
  gchar *text = g_strdup_vprintf (format, args);
  va_end (args);
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);
  CHECK (!error, "%s: %s", text, error ? error->message : "");
  GstBus *bus = gst_element_get_bus (pipeline);
  gst_bus_set_sync_handler (bus, on_message, NULL, NULL);
  gst_object_unref (bus);
  g_free (text);
  return pipeline;
}

static void
end (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static void
command (GstElement *pipeline, const gchar *name, const gchar *format, ...)
{
  va_list args;
  va_start (args, format);
  gchar *text = g_strdup_vprintf (format, args);
  va_end (args);
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), name);
  g_object_set (element, "command", text, NULL);
  gst_object_unref (element);
  g_free (text);
}

/* Numbers of this thread's own: check_random() is for one thread. */
static guint
below (guint *seed, guint n)
{
  *seed = *seed * 1664525u + 1013904223u;
  return (*seed >> 8) % n;
}

/* ---- links ---- */

/* Comes and goes: of raw pictures with and without fill, sound, and encoded units from a key frame on. */
static gpointer
read_links (gpointer data)
{
  guint seed = GPOINTER_TO_UINT (data), which = seed;
  gchar *video = address_of ("video", 0), *audio = address_of ("audio", 0), *encoded = address_of ("encoded", 0);
  while (!over ()) {
    GstElement *p;
    switch (which++ % 4) {
      case 0:
        p = launch ("r58linksrc name=r address=%s caps=\"" LARGE "\" ! queue ! fakesink async=false sync=false", video);
        break;
      case 1:
        p = launch ("r58linksrc name=r address=%s fill=false ! fakesink async=false sync=false", video);
        break;
      case 2:
        p = launch ("r58linksrc name=r address=%s caps=\"" AUDIO "\" ! fakesink async=false sync=false", audio);
        break;
      default:
        p = launch ("r58linksrc name=r address=%s mode=encoded start=key ! queue ! fakesink async=false sync=false", encoded);
    }
    gst_element_set_state (p, GST_STATE_PLAYING);
    g_usleep (50000 + below (&seed, 400000));
    command (p, "r", "{\"op\":\"key-unit\"}");
    if (below (&seed, 3) == 0) {
      gst_element_set_state (p, GST_STATE_PAUSED);
      gst_element_set_state (p, GST_STATE_PLAYING);
    }
    g_usleep (below (&seed, 200000));
    end (p);
  }
  g_free (video);
  g_free (audio);
  g_free (encoded);
  return NULL;
}

/* The writer goes as well, now and then, and comes back with another size. */
static void
links (guint seed)
{
  GThread *readers[READERS];
  gchar *video = address_of ("video", 0), *audio = address_of ("audio", 0), *encoded = address_of ("encoded", 0);
  for (guint i = 0; i < READERS; i++)
    readers[i] = g_thread_new ("reader", read_links, GUINT_TO_POINTER (seed + i));
  for (guint turn = 0; !over (); turn++) {
    GstElement *writer = launch ("r58testsrc name=t video-caps=\"%s\" t.video ! r58linksink name=w address=%s "
        "t.audio ! tee name=a a. ! queue ! r58linksink address=%s a. ! queue ! r58linksink mode=encoded address=%s "
        "history-ms=500", turn % 3 == 2 ? VIDEO : LARGE, video, audio, encoded);
    gst_element_set_state (writer, GST_STATE_PLAYING);
    for (guint i = 0; i < 20 && !over (); i++) {
      g_usleep (200000);
      command (writer, "w", "{\"op\":\"key-unit\"}");
    }
    end (writer);
  }
  for (guint i = 0; i < READERS; i++)
    g_thread_join (readers[i]);
  g_free (video);
  g_free (audio);
  g_free (encoded);
}

/* ---- mixer ---- */

static gpointer
run_sources (gpointer data)
{
  guint seed = GPOINTER_TO_UINT (data), n = seed % SOURCES;
  gchar *video = address_of ("video", n), *audio = address_of ("audio", n);
  while (!over ()) {
    GstElement *p = launch ("r58testsrc name=t video-caps=\"%s\" t.video ! r58linksink address=%s "
        "t.audio ! r58linksink address=%s", n ? LARGE : VIDEO, video, audio);
    gst_element_set_state (p, GST_STATE_PLAYING);
    g_usleep (1000000 + below (&seed, 2000000));
    end (p);
  }
  g_free (video);
  g_free (audio);
  return NULL;
}

/* N-1 outputs that are asked for and released while the mixer runs. */
static gpointer
change_returns (gpointer data)
{
  GstElement *p = data, *mixer = gst_bin_get_by_name (GST_BIN (p), "m");
  guint seed = 7;
  while (!over ()) {
    gchar *name = g_strdup_printf ("n1_%u", below (&seed, SLOTS));
    GstPad *pad = gst_element_request_pad_simple (mixer, name);
    g_free (name);
    if (!pad)
      continue;
    GstElement *sink = gst_element_factory_make ("fakesink", NULL);
    g_object_set (sink, "async", FALSE, "sync", FALSE, NULL);
    gst_bin_add (GST_BIN (p), sink);
    GstPad *into = gst_element_get_static_pad (sink, "sink");
    gst_element_sync_state_with_parent (sink);
    gst_pad_link (pad, into);
    g_usleep (below (&seed, 60000));
    gst_element_release_request_pad (mixer, pad);
    gst_object_unref (pad);
    gst_object_unref (into);
    gst_element_set_locked_state (sink, TRUE);
    gst_element_set_state (sink, GST_STATE_NULL);
    gst_bin_remove (GST_BIN (p), sink);
  }
  gst_object_unref (mixer);
  return NULL;
}

static void
command_anything (GstElement *p, guint *seed)
{
  static const gchar *const kinds[] = { "cut", "mix", "dip", "wipe" };
  static const gchar *const losses[] = { "hold", "backup", "slate" };
  guint slot = below (seed, SLOTS), other = below (seed, SLOTS);
  gchar *video = address_of ("video", below (seed, SOURCES)), *audio = address_of ("audio", below (seed, SOURCES));
  switch (below (seed, 6)) {
    case 0:
      command (p, "m", "{\"op\":\"slot\",\"slot\":%u,\"video\":\"%s\",\"audio\":\"%s\",\"delayMs\":%u,\"onLoss\":\"%s\","
          "\"backupSlot\":%u,\"n1\":true}", slot, video, audio, below (seed, 300), losses[below (seed, 3)],
          (slot + 1) % SLOTS);
      break;
    case 1:
      command (p, "m", "{\"op\":\"slot\",\"slot\":%u,\"video\":null,\"audio\":null}", slot);
      break;
    case 2:
      command (p, "m", "{\"op\":\"audio\",\"gains\":[1,0.5,0,1],\"pans\":[0,-1,1,0],\"delaysMs\":[0,20,%u],\"rampMs\":10}",
          below (seed, 100));
      break;
    case 3:
      command (p, "m", "{\"op\":\"picture\",\"drawn\":%s}", below (seed, 4) ? "true" : "false");
      break;
    default:
      command (p, "m", "{\"op\":\"program\",\"id\":\"p\",\"layers\":[{\"slot\":%u},{\"slot\":%u,\"x\":0.5,\"w\":0.5,\"h\":0.5,"
          "\"alpha\":0.5,\"border\":[2,\"#ff0000\"]}],\"transition\":{\"kind\":\"%s\",\"frames\":%u},\"gains\":[1,1,1,1]}",
          slot, other, kinds[below (seed, 4)], 1 + below (seed, 10));
  }
  g_free (video);
  g_free (audio);
}

static void
mixer (guint seed)
{
  GThread *sources[SOURCES];
  for (guint i = 0; i < SOURCES; i++)
    sources[i] = g_thread_new ("source", run_sources, GUINT_TO_POINTER (seed * SOURCES + i));
  GstElement *p = launch ("r58mixer name=m slots=%u caps=\"" LARGE "\" m.video ! fakesink async=false sync=false "
      "m.audio ! fakesink async=false sync=false", SLOTS);
  GThread *returns = g_thread_new ("returns", change_returns, p);
  for (guint i = 0; i < SLOTS; i++)
    command (p, "m", "{\"op\":\"slot\",\"slot\":%u,\"n1\":true}", i);
  gst_element_set_state (p, GST_STATE_PLAYING);
  for (guint turn = 1; !over (); turn++) {
    command_anything (p, &seed);
    g_usleep (below (&seed, 60000));
    if (turn % 100 == 0)
      gst_element_set_state (p, turn % 200 ? GST_STATE_PAUSED : GST_STATE_READY);
    gst_element_set_state (p, GST_STATE_PLAYING);
  }
  gst_element_send_event (p, gst_event_new_eos ());
  g_thread_join (returns);
  for (guint i = 0; i < SOURCES; i++)
    g_thread_join (sources[i]);
  end (p);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  CHECK (argc == 4, "racing links|mixer SECONDS SEED");
  until = g_get_monotonic_time () + atoi (argv[2]) * G_TIME_SPAN_SECOND;
  if (g_str_equal (argv[1], "links"))
    links (atoi (argv[3]));
  else
    mixer (atoi (argv[3]));
  gst_deinit ();
  return 0;
}
