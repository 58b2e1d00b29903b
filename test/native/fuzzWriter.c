/* A link's writer among readers that say anything, take their time and hang up: what its service thread does is done here. */
#include <gst/gst.h>
#define g_thread_new(name, function, data) ((GThread *) NULL)
#define g_thread_join(thread) ((void) (thread))
#include "link/serve.c"
#include "link/writer.c"

#include "fuzz.h"

#define READERS 4
#define SLOTS 6
#define HISTORY_BYTES 60000

typedef enum { CONNECT, SAY, GIVE_BACK, WRITE, TAKE, CAPS, HANG_UP, KINDS } Kind;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_begin ();
  return 0;
}

static void
connect_reader (R58LinkWriter *w, gint *reader)
{
  gint ends[2];
  if (*reader >= 0)
    return;
  MUST (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
  *reader = ends[1];
  MUST (admit (w, ends[0]), "a reader of this user is taken");
}

static void
hang_up (gint *reader)
{
  if (*reader >= 0)
    close (*reader);
  *reader = -1;
}

/* Takes all that came, and what came with it. */
static void
take_all (gint reader)
{
  static guint8 data[sizeof (R58WireFrame) + R58_WIRE_INLINE_MAX];
  gchar control[CMSG_SPACE (sizeof (gint))] __attribute__ ((aligned (8)));
  for (;;) {
    struct iovec part = { data, sizeof data };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
    gssize n = recvmsg (reader, &message, MSG_CMSG_CLOEXEC);
    if (n <= 0)
      return;
    MUST (n >= (gssize) sizeof (R58WireHead) && ((R58WireHead *) data)->version == R58_WIRE_VERSION, "%zd bytes", n);
    for (struct cmsghdr *c = CMSG_FIRSTHDR (&message); c; c = CMSG_NXTHDR (&message, c)) {
      gint fd;
      memcpy (&fd, CMSG_DATA (c), sizeof fd);
      close (fd);
    }
  }
}

static void
write_buffer (R58LinkWriter *w, guint flags, guint size)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  gst_buffer_memset (buffer, 0, flags, size);
  GST_BUFFER_FLAG_SET (buffer, flags & 1 ? GST_BUFFER_FLAG_DELTA_UNIT : 0);
  r58_link_writer_write (w, buffer, flags & 2 ? GST_CLOCK_TIME_NONE : w->next_number * GST_MSECOND * (flags >> 2),
      GST_CLOCK_TIME_NONE);
  gst_buffer_unref (buffer);
}

/* As serve() does. */
static void
serve_all (R58LinkWriter *w)
{
  Peer *peers[READERS];
  guint n = MIN (w->peers->len, READERS);
  for (guint i = 0; i < n; i++)
    peers[i] = g_ptr_array_index (w->peers, i);
  for (guint i = 0; i < n; i++)
    serve_peer (w, peers[i], EPOLLIN | (peers[i]->polling_out ? EPOLLOUT : 0));
  if (w->key_wanted)
    w->key_wanted = FALSE;
}

static void
check (R58LinkWriter *w)
{
  guint held = 0, lent = 0, holders = 0;
  for (guint i = 0; i < w->peers->len; i++)
    held += ((Peer *) g_ptr_array_index (w->peers, i))->held.length;
  for (guint i = 0; i < R58_WIRE_SLOTS; i++) {
    holders += w->holders[i];
    lent += w->holders[i] > 0;
  }
  MUST (held == holders && lent == w->lent && lent <= SLOTS, "%u held, %u holders, %u of %u lent", held, holders, w->lent, lent);
  MUST (w->unit_bytes <= HISTORY_BYTES || gst_queue_array_get_length (w->units) == 1, "%" G_GUINT64_FORMAT " bytes", w->unit_bytes);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Input in = { data, size };
  gint readers[READERS], first_free = free_descriptor ();
  gchar address[32];
  g_snprintf (address, sizeof address, "r58.fuzz.%d", getpid ());
  R58LinkMode mode = input_byte (&in) & 1 ? R58_LINK_ENCODED : R58_LINK_RAW;
  R58LinkWriter *w = r58_link_writer_new (address, mode, SLOTS, GST_SECOND, HISTORY_BYTES, NULL, NULL);
  MUST (w, "listen");
  for (guint i = 0; i < READERS; i++)
    readers[i] = -1;
  while (in.left) {
    guint op = input_byte (&in);
    gint *reader = &readers[op >> 6];
    gsize length = input_byte (&in);
    switch ((Kind) (op % 64 % KINDS)) {
      case CONNECT:
        connect_reader (w, reader);
        break;
      case SAY: {
        const guint8 *message = input_bytes (&in, &length);
        send (*reader, message, length, MSG_NOSIGNAL);
        break;
      }
      case GIVE_BACK: {
        R58WireRelease message = {{ R58_WIRE_VERSION, R58_WIRE_RELEASE }, length };
        send (*reader, &message, sizeof message, MSG_NOSIGNAL);
        break;
      }
      case WRITE:
        write_buffer (w, length, input_word (&in));
        break;
      case TAKE:
        take_all (*reader);
        break;
      case CAPS: {
        GstCaps *caps = gst_caps_from_string (length & 1 ? "video/x-raw,format=I420,width=160,height=90" : "a/b");
        r58_link_writer_set_caps (w, caps);
        gst_caps_unref (caps);
        break;
      }
      case HANG_UP:
        hang_up (reader);
        break;
      default:
        break;
    }
    serve_all (w);
    check (w);
  }
  r58_link_writer_free (w);
  for (guint i = 0; i < READERS; i++)
    hang_up (&readers[i]);
  MUST (free_descriptor () == first_free, "a descriptor was left open");
  return 0;
}
