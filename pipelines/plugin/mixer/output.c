/* What leaves the mixer on its pads. */
#include "mixer/mixer.h"

#define GST_CAT_DEFAULT r58_mixer_debug

/* What was already sent on a pad. It lives as long as the pad, which is used by a tick while it is released. */
typedef struct {
  gboolean begun, failed;
} MixStream;

void
mix_output_init (GstPad *pad)
{
  MixStream *stream = g_new0 (MixStream, 1);
  g_object_set_data_full (G_OBJECT (pad), "r58-stream", stream, g_free);
  gst_pad_set_element_private (pad, stream);
}

static void
begin_output (R58Mixer *self, GstPad *pad, GstCaps *caps)
{
  gchar *id = gst_pad_create_stream_id (pad, GST_ELEMENT (self), GST_PAD_NAME (pad));
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (pad, gst_event_new_stream_start (id));
  gst_pad_push_event (pad, gst_event_new_caps (caps));
  gst_pad_push_event (pad, gst_event_new_segment (&segment));
  g_free (id);
}

gboolean
mix_push (R58Mixer *self, GstPad *pad, GstCaps *caps, GstBuffer *buffer)
{
  MixStream *stream = gst_pad_get_element_private (pad);
  if (!stream->begun)
    begin_output (self, pad, caps);
  stream->begun = TRUE;
  GstClockTime base = gst_element_get_base_time (GST_ELEMENT (self));
  GST_BUFFER_PTS (buffer) = GST_BUFFER_PTS (buffer) > base ? GST_BUFFER_PTS (buffer) - base : 0;
  GstFlowReturn flow = gst_pad_push (pad, buffer);
  gboolean failed = flow < GST_FLOW_EOS;
  if (failed && !stream->failed)
    GST_ELEMENT_ERROR (self, STREAM, FAILED, (NULL), ("pad %s: %s", GST_PAD_NAME (pad), gst_flow_get_name (flow)));
  stream->failed = failed;
  return flow == GST_FLOW_OK;
}

void
mix_push_eos (GstPad *pad)
{
  const MixStream *stream = gst_pad_get_element_private (pad);
  if (stream->begun)
    gst_pad_push_event (pad, gst_event_new_eos ());
}

void
mix_output_restart (GstPad *pad)
{
  MixStream *stream = pad ? gst_pad_get_element_private (pad) : NULL;
  if (stream)
    stream->begun = FALSE;
}
