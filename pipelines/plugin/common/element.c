#include "common/element.h"

#include "common/lock.h"

#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* If permitted; people wait for what is posted. */
#define POSTER_NICE -10

void
r58_force_clock (GstElement *element)
{
  GstObject *top = GST_OBJECT (gst_object_ref (element));
  for (GstObject *parent; (parent = gst_object_get_parent (top)) != NULL; top = parent)
    gst_object_unref (top);
  if (GST_IS_PIPELINE (top)) {
    GstClock *clock = gst_system_clock_obtain ();
    gst_pipeline_use_clock (GST_PIPELINE (top), clock);
    gst_object_unref (clock);
  }
  gst_object_unref (top);
}

GstClockTime
r58_now (void)
{
  static GstClock *clock;
  if (g_once_init_enter (&clock))
    g_once_init_leave (&clock, gst_system_clock_obtain ());
  return gst_clock_get_time (clock);
}

GstClockTime
r58_grid_time (guint64 k, gint fps_n, gint fps_d)
{
  return gst_util_uint64_scale (k, (guint64) fps_d * GST_SECOND, fps_n);
}

guint64
r58_grid_index (GstClockTime t, gint fps_n, gint fps_d)
{
  guint64 k = gst_util_uint64_scale (t, fps_n, (guint64) fps_d * GST_SECOND);
  return r58_grid_time (k + 1, fps_n, fps_d) <= t ? k + 1 : k;
}

JsonBuilder *
r58_json_begin (void)
{
  JsonBuilder *b = json_builder_new_immutable ();
  json_builder_begin_object (b);
  return b;
}

void
r58_json_int (JsonBuilder *b, const gchar *key, gint64 value)
{
  json_builder_set_member_name (b, key);
  json_builder_add_int_value (b, value);
}

void
r58_json_double (JsonBuilder *b, const gchar *key, gdouble value)
{
  json_builder_set_member_name (b, key);
  json_builder_add_double_value (b, value);
}

void
r58_json_bool (JsonBuilder *b, const gchar *key, gboolean value)
{
  json_builder_set_member_name (b, key);
  json_builder_add_boolean_value (b, value);
}

/* The only control character that json-glib 1.6 writes as it is, which no parser takes. */
#define UNESCAPED "\x1f"

void
r58_json_string (JsonBuilder *b, const gchar *key, const gchar *value)
{
  json_builder_set_member_name (b, key);
  if (!value) {
    json_builder_add_null_value (b);
    return;
  }
  gchar *text = g_strdup (value);
  json_builder_add_string_value (b, g_strdelimit (text, UNESCAPED, ' '));
  g_free (text);
}

void
r58_json_ns (JsonBuilder *b, const gchar *key, GstClockTime value)
{
  gchar text[24];
  g_snprintf (text, sizeof text, "%" G_GUINT64_FORMAT, (guint64) value);
  r58_json_string (b, key, GST_CLOCK_TIME_IS_VALID (value) ? text : NULL);
}

/* What waits for the posting thread. */
typedef struct {
  R58Lock lock;
  R58Cond filled;
  GQueue messages;
} Outbox;

static gpointer
post_messages (gpointer data)
{
  Outbox *outbox = data;
  if (setpriority (PRIO_PROCESS, gettid (), POSTER_NICE) < 0)
    GST_INFO ("messages are posted with ordinary priority");
  for (;;) {
    r58_lock (&outbox->lock);
    while (g_queue_is_empty (&outbox->messages))
      r58_cond_wait (&outbox->filled, &outbox->lock);
    GstMessage *message = g_queue_pop_head (&outbox->messages);
    r58_unlock (&outbox->lock);
    GstElement *element = GST_ELEMENT (gst_object_ref (GST_MESSAGE_SRC (message)));
    gst_element_post_message (element, message);
    gst_object_unref (element);
  }
  return NULL;
}

/* A bus takes messages without a lock: a thread that posts spins until those that began earlier are done. If a real-time
 * thread interrupts one of them and then spins, that one never finishes: two such threads hold two processors for good
 * (measured: the whole machine, when it starts under load). So an ordinary thread posts for them, from a queue that sleeps. */
static void
post (GstElement *element, GstMessage *message)
{
  static Outbox *outbox;
  gint policy = sched_getscheduler (0) & ~SCHED_RESET_ON_FORK;
  if (policy != SCHED_RR && policy != SCHED_FIFO) {
    gst_element_post_message (element, message);
    return;
  }
  if (g_once_init_enter (&outbox)) {
    Outbox *made = g_new0 (Outbox, 1);
    r58_lock_init (&made->lock);
    r58_cond_init (&made->filled);
    g_queue_init (&made->messages);
    g_thread_unref (g_thread_new ("r58-post", post_messages, made));
    g_once_init_leave (&outbox, made);
  }
  r58_lock (&outbox->lock);
  g_queue_push_tail (&outbox->messages, message);
  r58_cond_signal (&outbox->filled);
  r58_unlock (&outbox->lock);
}

void
r58_post_event (GstElement *element, const gchar *event, JsonBuilder *builder)
{
  json_builder_end_object (builder);
  JsonNode *root = json_builder_get_root (builder);
  gchar *json = json_to_string (root, FALSE);
  GstStructure *s = gst_structure_new ("r58", "event", G_TYPE_STRING, event, "json", G_TYPE_STRING, json, NULL);
  post (element, gst_message_new_element (GST_OBJECT (element), s));
  g_free (json);
  json_node_unref (root);
  g_object_unref (builder);
}

void
r58_command_refuse (GstElement *element, const gchar *op, const gchar *id, const gchar *format, ...)
{
  va_list args;
  va_start (args, format);
  gchar *reason = g_strdup_vprintf (format, args);
  va_end (args);
  JsonBuilder *b = r58_json_begin ();
  r58_json_string (b, "op", op);
  r58_json_string (b, "id", id);
  r58_json_string (b, "reason", reason);
  r58_post_event (element, "refused", b);
  g_free (reason);
}

JsonParser *
r58_command_parse (GstElement *element, const gchar *text, JsonObject **object, const gchar **op)
{
  gsize length = text ? strlen (text) : 0;
  if (length == 0 || length > R58_COMMAND_MAX) {
    r58_command_refuse (element, NULL, NULL, "a command has 1 to %d bytes, this one has %" G_GSIZE_FORMAT,
        R58_COMMAND_MAX, length);
    return NULL;
  }
  JsonParser *parser = json_parser_new ();
  GError *error = NULL;
  if (!json_parser_load_from_data (parser, text, length, &error)) {
    r58_command_refuse (element, NULL, NULL, "not JSON: %s", error->message);
    g_clear_error (&error);
    g_object_unref (parser);
    return NULL;
  }
  JsonNode *root = json_parser_get_root (parser);
  *object = root && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  *op = *object ? r58_member_string (*object, "op", NULL) : NULL;
  if (!*op) {
    r58_command_refuse (element, NULL, NULL, "a command is an object with a string member op");
    g_object_unref (parser);
    return NULL;
  }
  return parser;
}

static JsonNode *
member (JsonObject *o, const gchar *key)
{
  JsonNode *node = json_object_has_member (o, key) ? json_object_get_member (o, key) : NULL;
  return node && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

gint64
r58_member_int (JsonObject *o, const gchar *key, gint64 fallback)
{
  JsonNode *node = member (o, key);
  if (!node)
    return fallback;
  GType type = json_node_get_value_type (node);
  return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE ? json_node_get_int (node) : fallback;
}

gdouble
r58_member_double (JsonObject *o, const gchar *key, gdouble fallback)
{
  JsonNode *node = member (o, key);
  if (!node)
    return fallback;
  GType type = json_node_get_value_type (node);
  return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE ? json_node_get_double (node) : fallback;
}

const gchar *
r58_member_string (JsonObject *o, const gchar *key, const gchar *fallback)
{
  JsonNode *node = member (o, key);
  return node && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : fallback;
}

gboolean
r58_member_bool (JsonObject *o, const gchar *key, gboolean fallback)
{
  JsonNode *node = member (o, key);
  return node && json_node_get_value_type (node) == G_TYPE_BOOLEAN ? json_node_get_boolean (node) : fallback;
}

GstClockTime
r58_member_ns (JsonObject *o, const gchar *key, GstClockTime fallback)
{
  const gchar *text = r58_member_string (o, key, NULL);
  guint64 value;
  if (text)
    return g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, &value, NULL) ? value : fallback;
  gint64 number = r58_member_int (o, key, -1);
  return number < 0 ? fallback : (GstClockTime) number;
}
