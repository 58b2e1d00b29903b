/* What a guest has sent and the decoder has not taken: a bounded queue with its own thread. A decoder that is slower than
 * its guest loses pictures, not time, and no sender makes a frame that grows without end. */
#pragma once

#include <gst/gst.h>

#include "webrtc/feed.h"

G_BEGIN_DECLS

typedef struct _R58Inbox R58Inbox;

typedef struct {
  guint64 dropped;    /* packets left out because the decoder was behind */
  guint64 overlong;   /* packets left out because their frame had no end */
  guint64 unsent;     /* units nobody behind the pad took */
  GstClockTimeDiff waited; /* longest since the last figures */
} R58InboxStats;

/* Pushes to `src`, which outlives it. `needs_key` is called on any thread when what comes next is of no use without a key
 * frame. */
R58Inbox *r58_inbox_new (GstPad *src, R58Kind kind, void (*needs_key) (gpointer owner), gpointer owner);
void r58_inbox_free (R58Inbox *inbox);
void r58_inbox_start (R58Inbox *inbox);
/* Waits for the thread: what is behind the pad must not hold it any more. */
void r58_inbox_stop (R58Inbox *inbox);
/* What is pushed from here on is VP8; H.264 before. */
void r58_inbox_vp8 (R58Inbox *inbox, gboolean vp8);
/* Takes the packet, packets or event. Video packets after a drop are left out until one with `starts`. Never blocks. */
void r58_inbox_push (R58Inbox *inbox, GstMiniObject *unit, gboolean starts);
void r58_inbox_stats (R58Inbox *inbox, R58InboxStats *stats);

G_END_DECLS
