#include "link/slots.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/lock.h"
#include "link/wire.h"

/* Kept back from upstream pools, so that a frame which came in other memory still finds a slot to be copied to. */
#define COPY_RESERVE 2

typedef struct {
  R58LinkSlot pub;
  guint8 *data;
  gint spent; /* atomic */
} Slot;

typedef struct {
  GstMemory mem;
  Slot *slot;
} SlotMemory;

typedef struct {
  GstAllocator parent;
  R58Lock lock;     /* guards what follows */
  GQueue free;      /* of Slot, the last one used first: it is still in the cache */
  guint64 indices;  /* bit set = in use */
  guint64 made;
  guint count, max;
} R58LinkSlots;

typedef GstAllocatorClass R58LinkSlotsClass;

GType r58_link_slots_get_type (void);
G_DEFINE_TYPE (R58LinkSlots, r58_link_slots, GST_TYPE_ALLOCATOR)
#define SLOTS(o) ((R58LinkSlots *) (o))

/* Call with the lock; slot_destroy() follows without it: to unmap a large frame takes its time. */
static void
slot_forget (R58LinkSlots *self, Slot *slot)
{
  self->indices &= ~(G_GUINT64_CONSTANT (1) << slot->pub.index);
  self->count--;
}

static void
slot_destroy (Slot *slot)
{
  munmap (slot->data, slot->pub.size);
  close (slot->pub.fd);
  g_free (slot);
}

static Slot *
slot_make (R58LinkSlots *self, gsize size)
{
  gint fd = memfd_create ("r58-link", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0)
    return NULL;
  guint8 *data = MAP_FAILED;
  /* Sealed: a reader must never see its mapping end early (SIGBUS). */
  if (ftruncate (fd, size) == 0 && fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
    data = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (data == MAP_FAILED) {
    close (fd);
    return NULL;
  }
  Slot *slot = g_new0 (Slot, 1);
  slot->pub.index = __builtin_ctzll (~self->indices);
  slot->pub.generation = ++self->made;
  slot->pub.fd = fd;
  slot->pub.size = size;
  slot->data = data;
  self->indices |= G_GUINT64_CONSTANT (1) << slot->pub.index;
  self->count++;
  return slot;
}

static GstMemory *
take (R58LinkSlots *self, gsize size, GstAllocationParams *params, guint limit)
{
  gsize maxsize = size + params->prefix + params->padding;
  GQueue small = G_QUEUE_INIT;
  r58_lock (&self->lock);
  Slot *slot;
  while ((slot = g_queue_pop_head (&self->free)) && slot->pub.size < maxsize) {
    slot_forget (self, slot);
    g_queue_push_tail (&small, slot);
  }
  if (!slot && self->count < limit)
    slot = slot_make (self, maxsize);
  r58_unlock (&self->lock);
  g_queue_clear_full (&small, (GDestroyNotify) slot_destroy);
  if (!slot)
    return NULL;
  SlotMemory *memory = g_new0 (SlotMemory, 1);
  memory->slot = slot;
  gst_memory_init (&memory->mem, params->flags & ~GST_MEMORY_FLAG_READONLY, GST_ALLOCATOR (self), NULL,
      slot->pub.size, params->align, params->prefix, size);
  return &memory->mem;
}

static GstMemory *
slots_alloc (GstAllocator *allocator, gsize size, GstAllocationParams *params)
{
  R58LinkSlots *self = SLOTS (allocator);
  GstMemory *memory = take (self, size, params, self->max - COPY_RESERVE);
  return memory ? memory : gst_allocator_alloc (NULL, size, params);
}

static void
slots_free (GstAllocator *allocator, GstMemory *mem)
{
  R58LinkSlots *self = SLOTS (allocator);
  SlotMemory *memory = (SlotMemory *) mem;
  Slot *slot = mem->parent ? NULL : memory->slot;
  g_free (memory);
  if (!slot)
    return;
  gboolean spent = g_atomic_int_get (&slot->spent);
  r58_lock (&self->lock);
  if (spent)
    slot_forget (self, slot);
  else
    g_queue_push_head (&self->free, slot);
  r58_unlock (&self->lock);
  if (spent)
    slot_destroy (slot);
}

static gpointer
slots_map (GstMemory *mem, gsize maxsize, GstMapFlags flags)
{
  return ((SlotMemory *) mem)->slot->data;
}

static void
slots_unmap (GstMemory *mem)
{
}

static GstMemory *
slots_share (GstMemory *mem, gssize offset, gssize size)
{
  GstMemory *parent = mem->parent ? mem->parent : mem;
  SlotMemory *memory = g_new0 (SlotMemory, 1);
  memory->slot = ((SlotMemory *) mem)->slot;
  gst_memory_init (&memory->mem, GST_MINI_OBJECT_FLAGS (parent) | GST_MINI_OBJECT_FLAG_LOCK_READONLY, mem->allocator,
      parent, mem->maxsize, mem->align, mem->offset + offset, size < 0 ? mem->size - offset : (gsize) size);
  return &memory->mem;
}

static void
slots_finalize (GObject *object)
{
  R58LinkSlots *self = SLOTS (object);
  Slot *slot;
  while ((slot = g_queue_pop_head (&self->free)))
    slot_destroy (slot);
  r58_lock_clear (&self->lock);
  G_OBJECT_CLASS (r58_link_slots_parent_class)->finalize (object);
}

static void
r58_link_slots_class_init (R58LinkSlotsClass *klass)
{
  klass->alloc = slots_alloc;
  klass->free = slots_free;
  G_OBJECT_CLASS (klass)->finalize = slots_finalize;
}

static void
r58_link_slots_init (R58LinkSlots *self)
{
  GstAllocator *allocator = GST_ALLOCATOR (self);
  allocator->mem_type = "R58LinkSlot";
  allocator->mem_map = slots_map;
  allocator->mem_unmap = slots_unmap;
  allocator->mem_share = slots_share;
  r58_lock_init (&self->lock);
  g_queue_init (&self->free);
}

GstAllocator *
r58_link_slots_new (guint max_slots)
{
  R58LinkSlots *self = g_object_new (r58_link_slots_get_type (), NULL);
  self->max = CLAMP (max_slots, COPY_RESERVE + 1, R58_WIRE_SLOTS);
  return GST_ALLOCATOR (gst_object_ref_sink (self));
}

GstMemory *
r58_link_slots_take (GstAllocator *slots, gsize size)
{
  GstAllocationParams params;
  gst_allocation_params_init (&params);
  return take (SLOTS (slots), size, &params, SLOTS (slots)->max);
}

const R58LinkSlot *
r58_link_slots_find (GstAllocator *slots, GstMemory *memory)
{
  return memory->allocator == slots ? &((SlotMemory *) memory)->slot->pub : NULL;
}

void
r58_link_slots_spend (GstBuffer *buffer)
{
  g_atomic_int_set (&((SlotMemory *) gst_buffer_peek_memory (buffer, 0))->slot->spent, TRUE);
  /* Makes an upstream pool let go of the memory instead of keeping it for its next frame. */
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_TAG_MEMORY);
}
