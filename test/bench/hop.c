/* The two ends of one raw 1080p30 link, with nothing else in their processes: what a hop costs, and how long it takes.
 *   hop write|copy ADDRESS SECONDS   frames on the grid; made in the link's own slots, or elsewhere and copied
 *   hop read ADDRESS SECONDS         takes them as an encoder does
 * After a second of warming up each measures itself for SECONDS and prints one JSON line. A frame carries the monotonic time at
 * which it was handed to the link, and its number. */
#include <gst/gst.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CAPS "video/x-raw,format=I420,width=1920,height=1080,framerate=30/1,pixel-aspect-ratio=1/1," \
  "interlace-mode=progressive,colorimetry=bt709"
#define FRAME_BYTES (1920 * 1080 * 3 / 2)
#define MAX_FRAMES 4096

typedef struct {
  guint64 ns, number;
} Stamp;

static guint64 last_number;
static gint64 hops_ns[MAX_FRAMES];
static guint hops;
static gint measuring;

static guint64
now_ns (clockid_t clock)
{
  struct timespec t;
  clock_gettime (clock, &t);
  return (guint64) t.tv_sec * GST_SECOND + t.tv_nsec;
}

static void
sleep_until (guint64 ns)
{
  struct timespec t = {ns / GST_SECOND, ns % GST_SECOND};
  while (clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0);
}

/* % of a core since `wall` and `cpu`. */
static double
percent_since (guint64 wall, guint64 cpu)
{
  return 100.0 * (now_ns (CLOCK_PROCESS_CPUTIME_ID) - cpu) / (now_ns (CLOCK_MONOTONIC) - wall);
}

static GstAllocator *
offered_allocator (GstPad *peer, GstCaps *caps)
{
  GstAllocator *allocator = NULL;
  GstQuery *query = gst_query_new_allocation (caps, TRUE);
  if (gst_pad_query (peer, query) && gst_query_get_n_allocation_params (query) > 0)
    gst_query_parse_nth_allocation_param (query, 0, &allocator, NULL);
  gst_query_unref (query);
  return allocator;
}

static int
write_frames (const gchar *address, guint seconds, gboolean copy)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *sink = gst_element_factory_make ("r58linksink", NULL);
  if (!sink)
    return 1;
  g_object_set (sink, "address", address, NULL);
  gst_bin_add (GST_BIN (pipeline), sink);
  GstPad *peer = gst_element_get_static_pad (sink, "sink");
  GstPad *pad = gst_pad_new ("src", GST_PAD_SRC);
  gst_pad_set_active (pad, TRUE);
  gst_pad_link (pad, peer);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_element_get_state (pipeline, NULL, NULL, GST_SECOND);

  GstCaps *caps = gst_caps_from_string (CAPS);
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (pad, gst_event_new_stream_start ("hop"));
  gst_pad_push_event (pad, gst_event_new_caps (caps));
  gst_pad_push_event (pad, gst_event_new_segment (&segment));
  GstAllocator *allocator = copy ? NULL : offered_allocator (peer, caps);
  if (!copy && !allocator)
    return 1;
  GstClockTime base = gst_element_get_base_time (pipeline);
  guint64 frame = now_ns (CLOCK_MONOTONIC) * 30 / GST_SECOND + 1, wall = 0, cpu = 0;
  GstFlowReturn flow = GST_FLOW_OK;
  for (guint i = 0; i < 30 * (seconds + 1) && flow == GST_FLOW_OK; i++, frame++) {
    guint64 due = frame * GST_SECOND / 30;
    sleep_until (due);
    if (i == 30) {
      wall = now_ns (CLOCK_MONOTONIC);
      cpu = now_ns (CLOCK_PROCESS_CPUTIME_ID);
    }
    GstBuffer *buffer = gst_buffer_new_allocate (allocator, FRAME_BYTES, NULL);
    GST_BUFFER_PTS (buffer) = due - base;
    GST_BUFFER_DURATION (buffer) = GST_SECOND / 30;
    Stamp stamp = {now_ns (CLOCK_MONOTONIC), frame};
    gst_buffer_fill (buffer, 0, &stamp, sizeof stamp);
    flow = gst_pad_push (pad, buffer);
  }
  printf ("{\"cpu\":%.4f,\"flow\":\"%s\"}\n", percent_since (wall, cpu), gst_flow_get_name (flow));
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return flow == GST_FLOW_OK ? 0 : 1;
}

static void
arrived (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user)
{
  guint64 now = now_ns (CLOCK_MONOTONIC);
  Stamp stamp;
  if (!g_atomic_int_get (&measuring) || hops == MAX_FRAMES || gst_buffer_extract (buffer, 0, &stamp, sizeof stamp) < sizeof stamp)
    return;
  /* A repeated or black frame is no arrival. */
  if (stamp.number <= last_number)
    return;
  last_number = stamp.number;
  hops_ns[hops++] = now - stamp.ns;
}

static int
read_frames (const gchar *address, guint seconds)
{
  gchar *launch = g_strdup_printf ("r58linksrc address=%s caps=\"%s\" ! fakesink name=sink sync=false signal-handoffs=true",
      address, CAPS);
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (launch, &error);
  if (error) {
    fprintf (stderr, "%s\n", error->message);
    return 1;
  }
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_signal_connect (sink, "handoff", G_CALLBACK (arrived), NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_usleep (G_USEC_PER_SEC);
  guint64 wall = now_ns (CLOCK_MONOTONIC), cpu = now_ns (CLOCK_PROCESS_CPUTIME_ID);
  g_atomic_int_set (&measuring, TRUE);
  g_usleep (seconds * G_USEC_PER_SEC);
  g_atomic_int_set (&measuring, FALSE);
  printf ("{\"cpu\":%.4f,\"hopsNs\":[", percent_since (wall, cpu));
  for (guint i = 0; i < hops; i++)
    printf ("%s%" G_GINT64_FORMAT, i ? "," : "", hops_ns[i]);
  printf ("]}\n");
  fflush (stdout);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return 0;
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  if (argc == 4 && strcmp (argv[1], "read") == 0)
    return read_frames (argv[2], atoi (argv[3]));
  if (argc == 4)
    return write_frames (argv[2], atoi (argv[3]), strcmp (argv[1], "copy") == 0);
  fprintf (stderr, "hop write|copy|read ADDRESS SECONDS\n");
  return 2;
}
