/* r58linksrc is made of these parts; each uses only those before it:
 *   intake.c   what comes from the link, and the figures of it
 *   asis.c     what arrives, as it arrives
 *   fill.c     one buffer per slot of the grid, whatever arrives
 *   src.c      the element: properties, start and stop
 * Private to them. */
#pragma once

#include <gst/base/gstpushsrc.h>

#include "link/end.h"

G_BEGIN_DECLS

/* Encoded mode, start=live: anything older is the past. Fill mode: this much beyond `grace` is caught up slot by slot. A process
 * that stood still for longer goes on with the present, or downstream would get hundreds of pictures at once. */
#define LAG_MAX GST_SECOND

typedef enum { ON_LOSS_HOLD, ON_LOSS_BLACK, ON_LOSS_SLATE } OnLoss;

typedef struct {
  guint64 buffers, synthesised, late, lost, connects, skipped, jumped;
  gboolean connected;
  GstClockTime last_pts;
} Stats;

typedef struct {
  GstPushSrc parent;
  R58LinkEnd end;
  gboolean fill;
  guint grace_ms;
  OnLoss on_loss;
  guint hold_ms;
  gchar *slate;
  guint hold;
  R58LinkStart start;
  GstClockTime start_pts, pts_origin;

  gint wake; /* eventfd: unlock() or a key request */
  gint flushing, key_wanted, restart; /* atomic */

  /* streaming thread */
  R58LinkReader *reader;
  GstClockTime missing_since, next_try;
  gchar *writer_caps; /* last taken over from the writer */
  guint64 writer; /* stats.connects when the last unit came: another number is another writer */
  gboolean skipping; /* behind: nothing is passed on until a key frame that is in time */
  gboolean skipped; /* something was left out before the next unit */
  gint64 history_next; /* running time of the next unit that is older than the pipeline */
  gboolean in_history;

  /* grid (fill mode), streaming thread: times are absolute */
  gint grid_n, grid_d;
  gsize unit_size;
  gboolean audio, begun; /* begun: `next` is binding, something was emitted */
  gboolean jumped; /* slots were left out before `next` */
  guint64 next;
  GstBuffer *arrived; /* for slot arrived_k, which is >= next */
  guint64 arrived_k;
  GstBuffer *last;    /* last real picture */
  GstClockTime last_time;
  GstBuffer *spare;   /* black, slate or silence */

  guint64 own_lost; /* arrived but unusable; the reader counts the rest */
  Stats stats;      /* under the object lock */

  GThread *reporter;
  GMutex report_lock;
  GCond report_cond;
  gboolean report_stop;
} R58LinkSrc;

GST_DEBUG_CATEGORY_EXTERN (r58_linksrc_debug);

/* ---- intake.c ---- */
/* The next buffer of the link without waiting, or NULL; connects when it is time to. */
GstBuffer *src_read (R58LinkSrc *self);
/* Sleeps until the link or src_wake() has something, at the latest at `deadline`. */
void src_wait (R58LinkSrc *self, GstClockTime deadline);
void src_wake (R58LinkSrc *self);
void src_count (R58LinkSrc *self, guint64 *counter);
/* Posts `stats` until src_stop_report(). */
void src_start_report (R58LinkSrc *self);
void src_stop_report (R58LinkSrc *self);

/* ---- asis.c ---- */
GstFlowReturn src_create_as_is (R58LinkSrc *self, GstBuffer **out);

/* ---- fill.c ---- */
GstClockTime src_slot_time (R58LinkSrc *self, guint64 k);
/* What a slot is and what stands in for it, from the caps; FALSE when they do not say. */
gboolean src_prepare_grid (R58LinkSrc *self);
GstFlowReturn src_create_on_grid (R58LinkSrc *self, GstBuffer **out);

G_END_DECLS
