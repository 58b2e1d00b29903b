/* The writer of a link is made of these parts; each uses only those before it:
 *   peers.c    one reader as its writer knows it: what it is sent, what it holds
 *   serve.c    the service thread: who comes, what they say, who goes
 *   writer.c   writing, and the writer's life
 * Private to them. */
#pragma once

#include <gst/base/gstqueuearray.h>
#include <gst/video/video.h>

#include "common/lock.h"
#include "link/slots.h"
#include "link/wire.h"

G_BEGIN_DECLS

#define MAX_PEERS 64

typedef struct {
  guint64 number;
  guint slot;
  GstBuffer *buffer;
} Held;

typedef struct {
  gint fd;
  gboolean dead;     /* shut down; the service thread frees it */
  gboolean spend;    /* nobody knows what it still reads: its slots are not used again */
  gboolean greeted;  /* its hello came */
  gboolean welcomed; /* it may be sent frames */
  gboolean leaving;  /* said bye, only gives back what it holds */
  gboolean offered;  /* gets the frame being written */
  gboolean polling_out;
  GstClockTime accepted;
  R58WireHello hello;
  /* raw */
  GQueue held; /* of Held */
  GstClockTime full_since; /* passed over since then without having released anything; 0 = no */
  guint64 known[R58_WIRE_SLOTS]; /* generation of the slot whose descriptor it has, 0 = none */
  /* encoded */
  guint64 next; /* number of the next unit */
  guint32 sent; /* bytes of it that went out already */
  gboolean need_key;
  gboolean behind; /* fell off the history and waits for a key frame */
} Peer;

typedef struct {
  guint8 *data;
  R58WireFrame frame;
  GstClockTime time; /* where it stands in the history */
} Unit;

struct _R58LinkWriter {
  R58LinkMode mode;
  GstClockTime history_ns;
  guint64 history_bytes;
  R58LinkWriterCallbacks callbacks;
  GstAllocator *slots;
  GstVideoInfo video; /* of raw video; else its format is UNKNOWN */
  gint listener, epoll, wake;
  GThread *thread;
  gint stopping;

  R58Lock lock; /* guards what follows; held for the length of a few sendmsg() */
  gchar *caps;
  GPtrArray *peers;
  guint8 holders[R58_WIRE_SLOTS]; /* readers that hold the slot */
  guint max_slots, lent; /* slots there may be, and those that some reader holds */
  guint64 next_number;
  GstQueueArray *units;
  guint64 first_unit; /* number of the oldest in `units` */
  guint64 unit_bytes;
  gboolean key_wanted;
  GstClockTime key_asked; /* when a key frame was last asked for */
  R58LinkWriterStats stats;
};

/* ---- peers.c ---- With the writer's lock, but for the two that free. */
void peer_welcome (R58LinkWriter *w, Peer *peer);
/* The history went on without this peer. A unit that was sent in part is given up. */
void peer_catch_up (R58LinkWriter *w, Peer *peer);
/* Sends an encoded link's units from the peer's place on, until it has all or its socket is full. */
void peer_pump (R58LinkWriter *w, Peer *peer);
/* Sends a raw frame, in the slot or else with the bytes of `map`. */
void peer_send (R58LinkWriter *w, Peer *peer, const R58WireFrame *frame, GstBuffer *buffer, const R58LinkSlot *slot,
    const GstMapInfo *map);
/* What the peer held of this number is added to `freed`. */
void peer_release (R58LinkWriter *w, Peer *peer, guint64 number, GQueue *freed);
/* Nothing counts as held by it any more. */
void peer_leave (R58LinkWriter *w, Peer *peer);
void peer_poll_out (R58LinkWriter *w, Peer *peer, gboolean on);
/* Only the service thread frees a peer and what it holds (epoll may be about to report it, and a tick has no time for it): it
 * wakes up by the hang-up. */
void peer_cut (Peer *peer, gboolean spend);
void peer_free (gpointer peer);
/* Of a queue of Held; frees the buffer, which takes its time. */
void held_free (gpointer held);

/* ---- serve.c ---- */
gpointer writer_serve (gpointer w);

G_END_DECLS
