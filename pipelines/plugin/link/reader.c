#include "link/link.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/element.h"
#include "link/wire.h"

/* After unsuitable caps the writer is asked again at this pace. */
#define MISMATCH_RETRY GST_SECOND
/* No unit of any link is larger; guards against nonsense from the socket. */
#define UNIT_MAX (64u * 1024 * 1024)
/* A slot that was made for such a unit, with room to align it. */
#define SLOT_MAX (2 * (goffset) UNIT_MAX)
/* Descriptors of one message that are taken in, to be closed again: one is the protocol. What is beyond the kernel drops. */
#define FDS_MAX 16

/* The socket, shared by the reader and the buffers that will be released through it. */
typedef struct {
  gint refs;
  gint fd;
} Wire;

/* A slot as mapped here, shared by the reader and the buffers in it. */
typedef struct {
  gint refs;
  guint8 *data;
  gsize size;
} Mapping;

typedef struct {
  Wire *wire;
  Mapping *mapping;
  guint64 number;
} Lease;

struct _R58LinkReader {
  gchar *address;
  GstCaps *caps;
  guint hold;
  R58LinkStart start;
  GstClockTime start_pts;
  GstClockTime retry_at;

  Wire *wire; /* NULL while not connected */
  gchar *writer_caps;
  Mapping *slots[R58_WIRE_SLOTS];
  gboolean fresh; /* no frame since the connect */
  guint64 next;   /* number expected */
  GstBuffer *partial;
  guint64 partial_number;
  guint32 partial_size;
  guint8 *message;
  R58LinkReaderStats stats;
};

#define MESSAGE_MAX (sizeof (R58WireFrame) + R58_WIRE_INLINE_MAX)

static void
wire_unref (Wire *wire)
{
  if (!g_atomic_int_dec_and_test (&wire->refs))
    return;
  close (wire->fd);
  g_free (wire);
}

static void
mapping_unref (Mapping *mapping)
{
  if (!mapping || !g_atomic_int_dec_and_test (&mapping->refs))
    return;
  munmap (mapping->data, mapping->size);
  g_free (mapping);
}

static void
say (Wire *wire, gconstpointer message, gsize size)
{
  struct iovec part = {(gpointer) message, size};
  r58_wire_send (wire->fd, &(struct msghdr) {.msg_iov = &part, .msg_iovlen = 1});
}

static void
lease_end (gpointer data)
{
  Lease *lease = data;
  R58WireRelease message = {{R58_WIRE_VERSION, R58_WIRE_RELEASE}, lease->number};
  say (lease->wire, &message, sizeof message);
  mapping_unref (lease->mapping);
  wire_unref (lease->wire);
  g_free (lease);
}

/* Buffers still out keep the socket open and with it their slots. */
static void
disconnect (R58LinkReader *r)
{
  if (!r->wire)
    return;
  R58WireHead bye = {R58_WIRE_VERSION, R58_WIRE_BYE};
  say (r->wire, &bye, sizeof bye);
  for (guint i = 0; i < R58_WIRE_SLOTS; i++)
    g_clear_pointer (&r->slots[i], mapping_unref);
  gst_clear_buffer (&r->partial);
  g_clear_pointer (&r->writer_caps, g_free);
  g_clear_pointer (&r->wire, wire_unref);
}

R58LinkReader *
r58_link_reader_new (const gchar *address, const GstCaps *caps, guint hold, R58LinkStart start, GstClockTime start_pts)
{
  R58LinkReader *r = g_new0 (R58LinkReader, 1);
  r->address = g_strdup (address);
  r->caps = caps ? gst_caps_copy (caps) : NULL;
  r->hold = MAX (hold, 1);
  r->start = start;
  r->start_pts = start_pts;
  r->message = g_malloc (MESSAGE_MAX);
  return r;
}

void
r58_link_reader_free (R58LinkReader *r)
{
  disconnect (r);
  g_free (r->address);
  gst_clear_caps (&r->caps);
  g_free (r->message);
  g_free (r);
}

gint
r58_link_reader_fd (R58LinkReader *r)
{
  return r->wire ? r->wire->fd : -1;
}

gboolean
r58_link_reader_connect (R58LinkReader *r)
{
  struct sockaddr_un name;
  socklen_t length;
  if (r->wire)
    return TRUE;
  if ((r->retry_at && r58_now () < r->retry_at) || !r58_wire_address (r->address, &name, &length))
    return FALSE;
  gint fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return FALSE;
  if (connect (fd, (struct sockaddr *) &name, length) < 0 || !r58_wire_trusted (fd)) {
    close (fd);
    return FALSE;
  }
  r->wire = g_new0 (Wire, 1);
  r->wire->refs = 1;
  r->wire->fd = fd;
  r->fresh = TRUE;
  /* A new writer may have begun before it was found: what it began with is needed to follow it. */
  R58LinkStart start = r->start == R58_LINK_START_LIVE && r->stats.connects > 0 ? R58_LINK_START_KEY : r->start;
  R58WireHello hello = {{R58_WIRE_VERSION, R58_WIRE_HELLO}, r->hold, start, r->start_pts};
  say (r->wire, &hello, sizeof hello);
  return TRUE;
}

/* FALSE when the writer's caps do not fit. */
static gboolean
welcomed (R58LinkReader *r, const gchar *text, gsize size)
{
  gchar *announced = g_strndup (text, size);
  GstCaps *caps = gst_caps_from_string (announced);
  gboolean fits = caps && (!r->caps || gst_caps_can_intersect (caps, r->caps));
  gst_clear_caps (&caps);
  if (!fits) {
    g_free (announced);
    r->stats.mismatched++;
    r->retry_at = r58_now () + MISMATCH_RETRY;
    return FALSE;
  }
  g_free (r->writer_caps);
  r->writer_caps = announced;
  r->retry_at = 0;
  r->stats.connects++;
  return TRUE;
}

static gboolean
map_slot (R58LinkReader *r, guint slot, gint fd)
{
  struct stat info;
  /* Only memory whose size is sealed: a mapping that can be cut ends whoever reads it (SIGBUS). An ordinary file has no seals,
   * and says so with -1. */
  gint seals = fcntl (fd, F_GET_SEALS);
  if (seals < 0 || !(seals & F_SEAL_SHRINK) || fstat (fd, &info) < 0 || info.st_size <= 0 || info.st_size > SLOT_MAX)
    return FALSE;
  guint8 *data = mmap (NULL, info.st_size, PROT_READ, MAP_SHARED, fd, 0);
  if (data == MAP_FAILED)
    return FALSE;
  Mapping *mapping = g_new (Mapping, 1);
  *mapping = (Mapping) {.refs = 1, .data = data, .size = info.st_size};
  mapping_unref (r->slots[slot]);
  r->slots[slot] = mapping;
  return TRUE;
}

static GstBuffer *
frame_in_slot (R58LinkReader *r, const R58WireFrame *frame)
{
  Mapping *mapping = r->slots[frame->slot];
  if (!mapping || (guint64) frame->offset + frame->size > mapping->size)
    return NULL;
  g_atomic_int_inc (&mapping->refs);
  g_atomic_int_inc (&r->wire->refs);
  Lease *lease = g_new (Lease, 1);
  *lease = (Lease) {r->wire, mapping, frame->number};
  return gst_buffer_new_wrapped_full (GST_MEMORY_FLAG_READONLY, mapping->data, mapping->size, frame->offset,
      frame->size, lease, lease_end);
}

/* Adds the piece; NULL while the unit is not complete. `*sane` is FALSE when pieces do not fit together. */
static GstBuffer *
frame_inline (R58LinkReader *r, const R58WireFrame *frame, const guint8 *data, gsize size, gboolean *sane)
{
  if (frame->offset == 0) {
    /* A unit begun and not ended was cut short by the writer's history limit. */
    gst_clear_buffer (&r->partial);
    r->partial = gst_buffer_new_allocate (NULL, frame->size, NULL);
    r->partial_number = frame->number;
    r->partial_size = 0;
  }
  *sane = r->partial && r->partial_number == frame->number && r->partial_size == frame->offset &&
      frame->offset + size <= gst_buffer_get_size (r->partial);
  if (!*sane)
    return NULL;
  gst_buffer_fill (r->partial, frame->offset, data, size);
  r->partial_size += size;
  return r->partial_size == frame->size ? g_steal_pointer (&r->partial) : NULL;
}

static void
describe (R58LinkReader *r, GstBuffer *buffer, const R58WireFrame *frame)
{
  GST_BUFFER_PTS (buffer) = frame->pts;
  GST_BUFFER_DTS (buffer) = frame->dts;
  GST_BUFFER_DURATION (buffer) = frame->duration;
  GST_BUFFER_OFFSET (buffer) = frame->number;
  GST_BUFFER_FLAG_SET (buffer, frame->flags & R58_WIRE_FLAGS);
  if (r->fresh || frame->number != r->next)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  if (!r->fresh && frame->number > r->next)
    r->stats.lost += frame->number - r->next;
  r->fresh = FALSE;
  r->next = frame->number + 1;
  r->stats.buffers++;
  r->stats.bytes += frame->size;
  /* If the link breaks and comes back, nothing is requested twice. */
  if (r->start != R58_LINK_START_LIVE && GST_CLOCK_TIME_IS_VALID (frame->pts)) {
    r->start = R58_LINK_START_PTS;
    r->start_pts = frame->pts + 1;
  }
}

/* One message; FALSE ends the connection. */
static gboolean
hear (R58LinkReader *r, gsize size, gint fd, GstBuffer **buffer)
{
  const R58WireHead *head = (const R58WireHead *) r->message;
  if (!r58_wire_valid (head, size))
    return FALSE;
  if (head->type == R58_WIRE_WELCOME && size >= sizeof (R58WireWelcome) && !r->writer_caps)
    return welcomed (r, (const gchar *) r->message + sizeof (R58WireWelcome), size - sizeof (R58WireWelcome));
  if (head->type != R58_WIRE_FRAME || size < sizeof (R58WireFrame) || !r->writer_caps)
    return FALSE;
  const R58WireFrame *frame = (const R58WireFrame *) r->message;
  if (frame->size > UNIT_MAX)
    return FALSE;
  if (frame->slot == R58_WIRE_INLINE) {
    gboolean sane;
    *buffer = frame_inline (r, frame, r->message + sizeof *frame, size - sizeof *frame, &sane);
    if (!sane)
      return FALSE;
  } else {
    if (frame->slot >= R58_WIRE_SLOTS || (fd >= 0 && !map_slot (r, frame->slot, fd)))
      return FALSE;
    *buffer = frame_in_slot (r, frame);
    if (!*buffer)
      return FALSE;
  }
  if (*buffer)
    describe (r, *buffer, frame);
  return TRUE;
}

/* All that came with a message: each is ours to close. */
static guint
descriptors (struct msghdr *message, gint fds[FDS_MAX])
{
  guint n = 0;
  for (struct cmsghdr *c = CMSG_FIRSTHDR (message); c; c = CMSG_NXTHDR (message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
      continue;
    guint count = MIN ((c->cmsg_len - CMSG_LEN (0)) / sizeof (gint), FDS_MAX - n);
    memcpy (fds + n, CMSG_DATA (c), count * sizeof (gint));
    n += count;
  }
  return n;
}

GstBuffer *
r58_link_reader_read (R58LinkReader *r)
{
  GstBuffer *buffer = NULL;
  while (r->wire && !buffer) {
    struct iovec part = {r->message, MESSAGE_MAX};
    gchar control[CMSG_SPACE (FDS_MAX * sizeof (gint))] __attribute__ ((aligned (8)));
    struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control,
    };
    gssize n = r58_wire_receive (r->wire->fd, &message);
    if (n < 0 && errno == EAGAIN)
      return NULL;
    gint fds[FDS_MAX];
    guint n_fds = n >= 0 ? descriptors (&message, fds) : 0;
    if (n <= 0 || n_fds > 1 || message.msg_flags & (MSG_TRUNC | MSG_CTRUNC) || !hear (r, n, n_fds ? fds[0] : -1, &buffer))
      disconnect (r);
    while (n_fds > 0)
      close (fds[--n_fds]);
  }
  return buffer;
}

const gchar *
r58_link_reader_caps (R58LinkReader *r)
{
  return r->writer_caps;
}

void
r58_link_reader_request_key_unit (R58LinkReader *r)
{
  R58WireHead message = {R58_WIRE_VERSION, R58_WIRE_KEY_UNIT};
  if (r->wire)
    say (r->wire, &message, sizeof message);
}

void
r58_link_reader_get_stats (R58LinkReader *r, R58LinkReaderStats *stats)
{
  *stats = r->stats;
}
