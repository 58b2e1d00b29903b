/* What r58linksrc receives from the link, and its figures. */
#include "link/srcparts.h"

#include <poll.h>
#include <unistd.h>

#define GST_CAT_DEFAULT r58_linksrc_debug

#define STATS_INTERVAL_US (500 * G_TIME_SPAN_MILLISECOND)
/* How often a missing writer is tried: quickly at first, so that a restarted one is back within a frame. */
#define RETRY_SOON (20 * GST_MSECOND)
#define RETRY_LATER (100 * GST_MSECOND)
#define RETRY_SOON_FOR (5 * GST_SECOND)

/* ---- figures ---- */

static void
post_stats (R58LinkSrc *self)
{
  GST_OBJECT_LOCK (self);
  Stats stats = self->stats;
  GST_OBJECT_UNLOCK (self);
  JsonBuilder *b = r58_json_begin ();
  r58_json_int (b, "buffers", stats.buffers);
  r58_json_int (b, "synthesised", stats.synthesised);
  r58_json_int (b, "late", stats.late);
  r58_json_int (b, "skipped", stats.skipped);
  r58_json_int (b, "jumped", stats.jumped);
  r58_json_int (b, "lost", stats.lost);
  r58_json_int (b, "connects", stats.connects);
  r58_json_bool (b, "connected", stats.connected);
  r58_json_ns (b, "lastPtsNs", stats.last_pts);
  r58_post_event (GST_ELEMENT (self), "stats", b);
}

/* A thread of its own: the streaming thread may be waiting in here or stuck downstream. */
static gpointer
report (gpointer data)
{
  R58LinkSrc *self = data;
  gint64 until = g_get_monotonic_time () + STATS_INTERVAL_US;
  g_mutex_lock (&self->report_lock);
  while (!self->report_stop) {
    if (g_cond_wait_until (&self->report_cond, &self->report_lock, until))
      continue;
    until += STATS_INTERVAL_US;
    g_mutex_unlock (&self->report_lock);
    post_stats (self);
    g_mutex_lock (&self->report_lock);
  }
  g_mutex_unlock (&self->report_lock);
  return NULL;
}

void
src_start_report (R58LinkSrc *self)
{
  self->report_stop = FALSE;
  self->reporter = g_thread_new ("r58linksrc", report, self);
}

void
src_stop_report (R58LinkSrc *self)
{
  g_mutex_lock (&self->report_lock);
  self->report_stop = TRUE;
  g_cond_signal (&self->report_cond);
  g_mutex_unlock (&self->report_lock);
  g_thread_join (self->reporter);
}

void
src_count (R58LinkSrc *self, guint64 *counter)
{
  GST_OBJECT_LOCK (self);
  (*counter)++;
  GST_OBJECT_UNLOCK (self);
}

/* ---- the link ---- */

GstBuffer *
src_read (R58LinkSrc *self)
{
  if (r58_link_reader_fd (self->reader) < 0) {
    GstClockTime now = r58_now ();
    if (now < self->next_try)
      return NULL;
    if (!self->missing_since)
      self->missing_since = now;
    self->next_try = now + (now - self->missing_since < RETRY_SOON_FOR ? RETRY_SOON : RETRY_LATER);
    if (!r58_link_reader_connect (self->reader))
      return NULL;
  }
  if (g_atomic_int_compare_and_exchange (&self->key_wanted, TRUE, FALSE))
    r58_link_reader_request_key_unit (self->reader);
  GstBuffer *buffer = r58_link_reader_read (self->reader);
  if (buffer)
    self->missing_since = 0;
  R58LinkReaderStats reader;
  r58_link_reader_get_stats (self->reader, &reader);
  GST_OBJECT_LOCK (self);
  self->stats.connects = reader.connects;
  self->stats.lost = reader.lost + self->own_lost;
  self->stats.connected = r58_link_reader_caps (self->reader) != NULL;
  GST_OBJECT_UNLOCK (self);
  return buffer;
}

void
src_wait (R58LinkSrc *self, GstClockTime deadline)
{
  gint fd = r58_link_reader_fd (self->reader);
  if (fd < 0)
    deadline = MIN (deadline, self->next_try);
  struct pollfd fds[2] = {{self->wake, POLLIN, 0}, {fd, POLLIN, 0}};
  struct timespec timeout, *limit = NULL;
  if (GST_CLOCK_TIME_IS_VALID (deadline)) {
    GstClockTime now = r58_now ();
    GST_TIME_TO_TIMESPEC (deadline > now ? deadline - now : 0, timeout);
    limit = &timeout;
  }
  guint64 drained;
  if (ppoll (fds, 2, limit, NULL) > 0 && fds[0].revents && read (self->wake, &drained, sizeof drained) < 0)
    GST_LOG_OBJECT (self, "woken twice");
}

void
src_wake (R58LinkSrc *self)
{
  guint64 one = 1;
  if (write (self->wake, &one, sizeof one) != sizeof one)
    GST_LOG_OBJECT (self, "is awake already");
}
