/* What travels on a link's socket. Private to link/; both ends are builds of this tree on one machine, so structs
 * go as they are and R58_WIRE_VERSION changes with them. */
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include "link/link.h"

G_BEGIN_DECLS

#define R58_WIRE_VERSION 0x52353801u
/* Larger payloads go through a slot (raw) or in several pieces (encoded). Well below the 208 kB a socket buffers. */
#define R58_WIRE_INLINE_MAX (32 * 1024)
/* `slot` of a frame whose bytes follow the header. */
#define R58_WIRE_INLINE G_MAXUINT32
#define R58_WIRE_SLOTS 64
#define R58_WIRE_FLAGS \
  (GST_BUFFER_FLAG_DELTA_UNIT | GST_BUFFER_FLAG_HEADER | GST_BUFFER_FLAG_DISCONT | GST_BUFFER_FLAG_GAP)

typedef enum {
  R58_WIRE_HELLO = 1, /* reader: R58WireHello */
  R58_WIRE_WELCOME,   /* writer: R58WireWelcome, then the caps as text without a NUL */
  R58_WIRE_FRAME,     /* writer: R58WireFrame; a slot's descriptor comes with its first use and redefines that slot */
  R58_WIRE_RELEASE,   /* reader: R58WireRelease, the slot of that frame is not read any more */
  R58_WIRE_KEY_UNIT,  /* reader: R58WireHead, please encode a key frame */
  R58_WIRE_BYE,       /* reader: R58WireHead, send nothing more; buffers still held are released one by one */
} R58WireType;

typedef struct {
  guint32 version;
  guint32 type;
} R58WireHead;

typedef struct {
  R58WireHead head;
  guint32 hold;
  guint32 start;
  guint64 start_pts;
} R58WireHello;

typedef struct {
  R58WireHead head;
  guint32 mode;
  guint32 reserved;
} R58WireWelcome;

typedef struct {
  R58WireHead head;
  guint64 number;
  guint64 pts, dts, duration;
  guint32 flags;
  guint32 slot;
  guint32 size;   /* of the whole unit */
  guint32 offset; /* slot: where the frame begins in it; inline: where in the unit this piece belongs */
} R58WireFrame;

typedef struct {
  R58WireHead head;
  guint64 number;
} R58WireRelease;

static inline gboolean
r58_wire_valid (const R58WireHead *head, gsize size)
{
  return size >= sizeof *head && head->version == R58_WIRE_VERSION;
}

/* sendmsg() and recvmsg() that never wait, restarted after a signal. */
gssize r58_wire_send (gint fd, const struct msghdr *message);
gssize r58_wire_receive (gint fd, struct msghdr *message);
/* Fills the abstract address; FALSE when `name` is empty or too long (107 bytes). */
gboolean r58_wire_address (const gchar *name, struct sockaddr_un *address, socklen_t *length);
/* TRUE when the process at the other end belongs to this user: abstract addresses are open to everybody on the machine. */
gboolean r58_wire_trusted (gint fd);

G_END_DECLS
