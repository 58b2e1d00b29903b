/* Local links: frames between processes over abstract UNIX seqpacket sockets.
 *
 * A writer offers one stream under an address ("r58.<instance>.<name>"); any number of readers attach. Large raw
 * frames live in memfd slots whose descriptor travels once per reader; small ones travel inside the message. Times are
 * absolute monotonic nanoseconds. A writer never blocks; a reader never fails, it reconnects. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum {
  R58_LINK_RAW,     /* newest matters: a slow reader is skipped */
  R58_LINK_ENCODED, /* every unit matters: the writer keeps the last 10 s and each reader has its own place in it */
} R58LinkMode;

typedef enum {
  R58_LINK_START_LIVE, /* from the next buffer on */
  R58_LINK_START_KEY,  /* from the last key frame the writer keeps, else from the next */
  R58_LINK_START_PTS,  /* from the first buffer with PTS >= start_pts that can be decoded on its own */
} R58LinkStart;

/* As enum properties of elements: raw|encoded and live|key|pts. */
GType r58_link_mode_get_type (void);
GType r58_link_start_get_type (void);

/* ---- writer ----
 * write() and set_caps() belong to one thread; a thread of the writer's own serves the readers. */
typedef struct _R58LinkWriter R58LinkWriter;

/* Called from the writer's own thread, without its locks. */
typedef struct {
  void (*key_unit) (R58LinkWriter *writer, gpointer user); /* a reader wants a key frame; at most once in 500 ms */
  void (*tick) (R58LinkWriter *writer, gpointer user);     /* every 500 ms */
  gpointer user;
} R58LinkWriterCallbacks;

typedef struct {
  guint64 buffers, bytes;   /* written by the element above */
  guint64 copied;           /* buffers that were not in a slot already */
  guint64 skipped;          /* buffers one reader did not get because it held too many */
  guint64 dropped;          /* buffers nobody got because no slot was free */
  guint64 overrun;          /* encoded buffers a reader lost because it was over 10 s (or the byte cap) behind */
  guint64 disconnected;     /* readers dropped for silently holding slots for over 500 ms */
  guint64 refused;          /* connections of other users, or beyond 64 */
  guint readers;
} R58LinkWriterStats;

/* `history_ns` and `history_bytes` limit what an encoded link keeps, `max_slots` the memory of a raw one. Fails when
 * the address is in use (G_IO_ERROR_ADDRESS_IN_USE) or is no link address. */
R58LinkWriter *r58_link_writer_new (const gchar *address, R58LinkMode mode, guint max_slots, GstClockTime history_ns,
    guint64 history_bytes, const R58LinkWriterCallbacks *callbacks, GError **error);
/* Readers that attach before the first caps wait for them; a change disconnects all (they come back). */
void r58_link_writer_set_caps (R58LinkWriter *writer, GstCaps *caps);
/* To offer upstream: frames written into this allocator's memory are not copied. Belongs to the writer. */
GstAllocator *r58_link_writer_allocator (R58LinkWriter *writer);
/* Hands the buffer to every reader that can take it. Never blocks. `pts` and `dts` are absolute ns. */
void r58_link_writer_write (R58LinkWriter *writer, GstBuffer *buffer, GstClockTime pts, GstClockTime dts);
void r58_link_writer_get_stats (R58LinkWriter *writer, R58LinkWriterStats *stats);
void r58_link_writer_free (R58LinkWriter *writer);

/* ---- reader ----
 * Not thread safe: one thread owns a reader. Returned buffers may be unreffed on any thread, also after the reader
 * is freed; the slot goes back to the writer then. */
typedef struct _R58LinkReader R58LinkReader;

typedef struct {
  guint64 buffers, bytes;
  guint64 connects;   /* successful connections so far */
  guint64 lost;       /* gaps seen in the writer's numbering */
  guint64 mismatched; /* connections refused because the writer's caps do not fit */
} R58LinkReaderStats;

/* `hold`: how many buffers this reader keeps at most at one time (2 is the usual: one shown, one arriving). Those
 * waiting in the socket count too: a reader that keeps `hold` buffers, or its share of them when the writer has few left,
 * gets none until it lets one go, and is disconnected when it was passed over for 500 ms. `caps` NULL accepts anything. */
R58LinkReader *r58_link_reader_new (const gchar *address, const GstCaps *caps, guint hold, R58LinkStart start,
    GstClockTime start_pts);
void r58_link_reader_free (R58LinkReader *reader);
/* Descriptor to poll for POLLIN, or -1 while not connected. */
gint r58_link_reader_fd (R58LinkReader *reader);
/* Tries to connect when not connected; never blocks. TRUE when connected afterwards. Call it at most every 10 ms. */
gboolean r58_link_reader_connect (R58LinkReader *reader);
/* Next buffer without waiting, or NULL. PTS and DTS are ABSOLUTE monotonic ns, OFFSET the writer's running number,
 * DISCONT set on the first one after a connect or a gap. On loss of the writer the descriptor is closed and
 * r58_link_reader_fd() is -1 afterwards. */
GstBuffer *r58_link_reader_read (R58LinkReader *reader);
/* Caps the writer announced; NULL while not connected. */
const gchar *r58_link_reader_caps (R58LinkReader *reader);
/* Asks the writer's encoder for a key frame. */
void r58_link_reader_request_key_unit (R58LinkReader *reader);
void r58_link_reader_get_stats (R58LinkReader *reader, R58LinkReaderStats *stats);

G_END_DECLS
