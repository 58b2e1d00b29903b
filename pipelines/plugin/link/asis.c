/* r58linksrc without fill, and of encoded streams: what arrives, as it arrives. */
#include "link/srcparts.h"

/* Pace of history that is older than the pipeline itself, see rebase(). */
#define HISTORY_STEP GST_MSECOND

/* Takes over what the writer announced where no property fixes the caps. */
static gboolean
follow_caps (R58LinkSrc *self)
{
  const gchar *text = r58_link_reader_caps (self->reader);
  if (!text || !g_strcmp0 (text, self->writer_caps))
    return TRUE;
  g_free (self->writer_caps);
  self->writer_caps = g_strdup (text);
  GstCaps *caps = gst_caps_from_string (text);
  gboolean ok = gst_base_src_set_caps (GST_BASE_SRC (self), caps);
  gst_caps_unref (caps);
  return ok;
}

/* Absolute times to the pipeline's. FALSE when the buffer lies before it and cannot be used. */
static gboolean
rebase (R58LinkSrc *self, GstBuffer *buffer)
{
  gboolean fixed = GST_CLOCK_TIME_IS_VALID (self->pts_origin);
  gint64 origin = fixed ? self->pts_origin : gst_element_get_base_time (GST_ELEMENT (self));
  if (!GST_BUFFER_PTS_IS_VALID (buffer))
    return TRUE;
  gint64 pts = GST_BUFFER_PTS (buffer) - origin;
  gint64 dts = GST_BUFFER_DTS_IS_VALID (buffer) ? (gint64) GST_BUFFER_DTS (buffer) - origin : pts;
  if (pts < 0 && (fixed || self->end.mode == R58_LINK_RAW))
    return FALSE;
  /* History from before this pipeline began: no time stamp can express that, but a decoder needs it. It is played off
   * in small steps from 0 until it meets the present, whose times are true again. */
  if (pts < 0 || self->in_history) {
    self->in_history = pts < self->history_next;
    if (self->in_history) {
      pts = dts = self->history_next;
      self->history_next += HISTORY_STEP;
    }
  }
  GST_BUFFER_PTS (buffer) = pts;
  if (GST_BUFFER_DTS_IS_VALID (buffer))
    GST_BUFFER_DTS (buffer) = MAX (dts, 0);
  return TRUE;
}

/* Another writer took over: what is missing between the two is known here alone. */
static void
note_writer (R58LinkSrc *self, GstClockTime pts)
{
  GstClockTime last = self->stats.last_pts;
  if (self->writer != self->stats.connects && self->writer != 0 && GST_CLOCK_TIME_IS_VALID (last) && pts > last) {
    JsonBuilder *b = r58_json_begin ();
    r58_json_ns (b, "fromPtsNs", last);
    r58_json_ns (b, "toPtsNs", pts);
    r58_post_event (GST_ELEMENT (self), "gap", b);
  }
  self->writer = self->stats.connects;
}

/* TRUE for a unit that viewers are better off without: they want the present, and a machine that could not keep up for
 * a while must not keep showing them the past. */
static gboolean
skip (R58LinkSrc *self, GstBuffer *buffer)
{
  GstClockTime pts = GST_BUFFER_PTS (buffer);
  if (self->end.mode != R58_LINK_ENCODED || self->start != R58_LINK_START_LIVE || !GST_CLOCK_TIME_IS_VALID (pts))
    return FALSE;
  GstClockTime now = r58_now (), last = self->stats.last_pts;
  gboolean behind = now > pts + LAG_MAX;
  /* A link that broke and came back begins with its last key frame. */
  if (GST_CLOCK_TIME_IS_VALID (last) && last < now && pts <= last)
    return TRUE;
  self->skipping = behind || (self->skipping && GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT));
  return self->skipping;
}

GstFlowReturn
src_create_as_is (R58LinkSrc *self, GstBuffer **out)
{
  while (!g_atomic_int_get (&self->flushing)) {
    GstBuffer *buffer = src_read (self);
    if (!buffer) {
      src_wait (self, GST_CLOCK_TIME_NONE);
      continue;
    }
    GstClockTime absolute = GST_BUFFER_PTS (buffer);
    if (skip (self, buffer)) {
      src_count (self, &self->stats.skipped);
      self->skipped = TRUE;
      gst_buffer_unref (buffer);
      continue;
    }
    if (self->skipped)
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
    self->skipped = FALSE;
    if (self->end.mode == R58_LINK_ENCODED)
      note_writer (self, absolute);
    if (!rebase (self, buffer)) {
      src_count (self, &self->stats.late);
      gst_buffer_unref (buffer);
      continue;
    }
    if ((self->end.mode == R58_LINK_ENCODED || !self->end.caps) && !follow_caps (self)) {
      gst_buffer_unref (buffer);
      return GST_FLOW_NOT_NEGOTIATED;
    }
    GST_OBJECT_LOCK (self);
    self->stats.buffers++;
    self->stats.last_pts = absolute;
    GST_OBJECT_UNLOCK (self);
    *out = buffer;
    return GST_FLOW_OK;
  }
  return GST_FLOW_FLUSHING;
}
