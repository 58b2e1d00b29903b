/* r58linksrc with fill: one buffer per slot of the grid, whatever arrives. */
#include "link/srcparts.h"

#include <gst/audio/audio.h>
#include <gst/video/video.h>

#define GST_CAT_DEFAULT r58_linksrc_debug

/* A time stamp further ahead than this is nonsense. */
#define AHEAD_MAX GST_SECOND

GstClockTime
src_slot_time (R58LinkSrc *self, guint64 k)
{
  return r58_grid_time (k, self->grid_n, self->grid_d);
}

/* The nearest slot. */
static guint64
slot_of (R58LinkSrc *self, GstClockTime t)
{
  return r58_grid_index (t + src_slot_time (self, 1) / 2, self->grid_n, self->grid_d);
}

static GstBuffer *
stamp (R58LinkSrc *self, GstBuffer *buffer)
{
  guint64 k = self->next++;
  GstClockTime t = src_slot_time (self, k);
  self->begun = TRUE;
  GST_BUFFER_PTS (buffer) = t - gst_element_get_base_time (GST_ELEMENT (self));
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION (buffer) = src_slot_time (self, k + 1) - t;
  GST_BUFFER_OFFSET (buffer) = k;
  GST_BUFFER_OFFSET_END (buffer) = k + 1;
  /* What the link lost was filled in: downstream the stream goes on. */
  if (self->jumped)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  else
    GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->jumped = FALSE;
  return buffer;
}

static GstBuffer *
emit_arrived (R58LinkSrc *self)
{
  GstBuffer *buffer = stamp (self, g_steal_pointer (&self->arrived));
  if (!self->audio) {
    gst_buffer_replace (&self->last, buffer);
    self->last_time = src_slot_time (self, self->arrived_k);
  }
  GST_OBJECT_LOCK (self);
  self->stats.buffers++;
  self->stats.last_pts = src_slot_time (self, self->arrived_k);
  GST_OBJECT_UNLOCK (self);
  return buffer;
}

static GstBuffer *
emit_stand_in (R58LinkSrc *self)
{
  if (self->last && self->on_loss != ON_LOSS_HOLD &&
      src_slot_time (self, self->next) >= self->last_time + self->hold_ms * GST_MSECOND)
    gst_clear_buffer (&self->last);
  src_count (self, &self->stats.synthesised);
  return stamp (self, gst_buffer_copy (self->last ? self->last : self->spare));
}

/* Finds the slot of a buffer from the link; a buffer whose slot has passed is dropped and counted. */
static void
place (R58LinkSrc *self, GstBuffer *buffer, GstClockTime now)
{
  GstClockTime t = GST_BUFFER_PTS_IS_VALID (buffer) ? GST_BUFFER_PTS (buffer) : now;
  if (gst_buffer_get_size (buffer) != self->unit_size || t > now + AHEAD_MAX) {
    self->own_lost++;
    gst_buffer_unref (buffer);
    return;
  }
  guint64 k = slot_of (self, t);
  if (!self->begun && src_slot_time (self, k) >= gst_element_get_base_time (GST_ELEMENT (self)))
    self->next = k;
  if (k < self->next) {
    src_count (self, &self->stats.late);
    gst_buffer_unref (buffer);
    return;
  }
  self->arrived = buffer;
  self->arrived_k = k;
}

/* This process or downstream stood still: there is too much to make up for. */
static void
jump (R58LinkSrc *self, guint64 present)
{
  if (src_slot_time (self, present) <= src_slot_time (self, self->next) + self->grace_ms * GST_MSECOND + LAG_MAX)
    return;
  GST_WARNING_OBJECT (self, "left out %" G_GUINT64_FORMAT " slots", present - self->next);
  GST_OBJECT_LOCK (self);
  self->stats.jumped += present - self->next;
  GST_OBJECT_UNLOCK (self);
  self->next = present;
  self->jumped = TRUE;
}

GstFlowReturn
src_create_on_grid (R58LinkSrc *self, GstBuffer **out)
{
  while (!g_atomic_int_get (&self->flushing)) {
    GstClockTime now = r58_now ();
    if (g_atomic_int_compare_and_exchange (&self->restart, TRUE, FALSE)) {
      /* Slots that passed while the pipeline did not play do not count. */
      gst_clear_buffer (&self->arrived);
      self->next = r58_grid_index (now, self->grid_n, self->grid_d) + 1;
      self->begun = FALSE;
    }
    jump (self, self->arrived ? self->arrived_k : r58_grid_index (now, self->grid_n, self->grid_d));
    if (self->arrived) {
      /* A link keeps the order: nothing before the arrived one will come. */
      *out = self->arrived_k == self->next ? emit_arrived (self) : emit_stand_in (self);
      return GST_FLOW_OK;
    }
    GstBuffer *buffer = src_read (self);
    if (buffer) {
      place (self, buffer, now);
      continue;
    }
    GstClockTime deadline = src_slot_time (self, self->next) + self->grace_ms * GST_MSECOND;
    if (now >= deadline) {
      *out = emit_stand_in (self);
      return GST_FLOW_OK;
    }
    src_wait (self, deadline);
  }
  return GST_FLOW_FLUSHING;
}

/* ---- stand-ins ---- */

static GstBuffer *
black_picture (const GstVideoInfo *video)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (video), NULL);
  /* Planar YUV of limited range, the raw format of all links. */
  gsize luma = GST_VIDEO_INFO_PLANE_OFFSET (video, 1);
  gst_buffer_memset (buffer, 0, 16, luma);
  gst_buffer_memset (buffer, luma, 128, GST_VIDEO_INFO_SIZE (video) - luma);
  return buffer;
}

static GstBuffer *
slate_picture (R58LinkSrc *self, const GstVideoInfo *video)
{
  gchar *data;
  gsize size;
  GError *error = NULL;
  if (!self->slate || !g_file_get_contents (self->slate, &data, &size, &error)) {
    GST_ELEMENT_WARNING (self, RESOURCE, OPEN_READ, ("slate: %s", error ? error->message : "no file is set"), (NULL));
    g_clear_error (&error);
    return NULL;
  }
  if (size == GST_VIDEO_INFO_SIZE (video))
    return gst_buffer_new_wrapped (data, size);
  GST_ELEMENT_WARNING (self, RESOURCE, READ, ("slate: %s has %" G_GSIZE_FORMAT " bytes, a frame has %" G_GSIZE_FORMAT,
          self->slate, size, GST_VIDEO_INFO_SIZE (video)), (NULL));
  g_free (data);
  return NULL;
}

gboolean
src_prepare_grid (R58LinkSrc *self)
{
  GstVideoInfo video;
  GstAudioInfo audio;
  if (!self->end.caps || !gst_caps_is_fixed (self->end.caps))
    return FALSE;
  self->audio = gst_structure_has_name (gst_caps_get_structure (self->end.caps, 0), "audio/x-raw");
  if (self->audio) {
    if (!gst_audio_info_from_caps (&audio, self->end.caps) || GST_AUDIO_INFO_RATE (&audio) != R58_RATE)
      return FALSE;
    self->grid_n = R58_RATE / R58_BLOCK;
    self->grid_d = 1;
    self->unit_size = (gsize) R58_BLOCK * GST_AUDIO_INFO_BPF (&audio);
    self->spare = gst_buffer_new_allocate (NULL, self->unit_size, NULL);
    gst_buffer_memset (self->spare, 0, 0, self->unit_size);
    return TRUE;
  }
  if (!gst_video_info_from_caps (&video, self->end.caps) || GST_VIDEO_INFO_FPS_N (&video) == 0 ||
      GST_VIDEO_INFO_N_PLANES (&video) < 2)
    return FALSE;
  self->grid_n = GST_VIDEO_INFO_FPS_N (&video);
  self->grid_d = GST_VIDEO_INFO_FPS_D (&video);
  self->unit_size = GST_VIDEO_INFO_SIZE (&video);
  if (self->on_loss == ON_LOSS_SLATE)
    self->spare = slate_picture (self, &video);
  if (!self->spare)
    self->spare = black_picture (&video);
  return TRUE;
}
