#include "link/end.h"

void
r58_link_end_install (GObjectClass *klass, const R58LinkTexts *texts)
{
  g_object_class_install_property (klass, R58_LINK_ADDRESS, g_param_spec_string ("address", "Address", texts->address, NULL,
          R58_LINK_PARAM));
  g_object_class_install_property (klass, R58_LINK_MODE, g_param_spec_enum ("mode", "Mode", texts->mode,
          r58_link_mode_get_type (), R58_LINK_RAW, R58_LINK_PARAM));
  g_object_class_install_property (klass, R58_LINK_CAPS, g_param_spec_boxed ("caps", "Caps", texts->caps, GST_TYPE_CAPS,
          R58_LINK_PARAM));
  g_object_class_install_property (klass, R58_LINK_COMMAND, g_param_spec_string ("command", "Command", texts->command, NULL,
          G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
}

static void
command (GstElement *element, const gchar *text, void (*key_unit) (GstElement *element))
{
  JsonObject *object;
  const gchar *op;
  JsonParser *parser = r58_command_parse (element, text, &object, &op);
  if (!parser)
    return;
  if (g_str_equal (op, "key-unit"))
    key_unit (element);
  else
    r58_command_refuse (element, op, r58_member_string (object, "id", NULL), "unknown op");
  g_object_unref (parser);
}

gboolean
r58_link_end_set (R58LinkEnd *end, GstElement *element, guint id, const GValue *value,
    void (*key_unit) (GstElement *element))
{
  switch (id) {
    case R58_LINK_ADDRESS:
      g_free (end->address);
      end->address = g_value_dup_string (value);
      return TRUE;
    case R58_LINK_MODE:
      end->mode = g_value_get_enum (value);
      return TRUE;
    case R58_LINK_CAPS:
      GST_OBJECT_LOCK (element);
      gst_caps_replace (&end->caps, (GstCaps *) gst_value_get_caps (value));
      GST_OBJECT_UNLOCK (element);
      return TRUE;
    case R58_LINK_COMMAND:
      command (element, g_value_get_string (value), key_unit);
      return TRUE;
    default:
      return FALSE;
  }
}

gboolean
r58_link_end_get (R58LinkEnd *end, GstElement *element, guint id, GValue *value)
{
  switch (id) {
    case R58_LINK_ADDRESS:
      g_value_set_string (value, end->address);
      return TRUE;
    case R58_LINK_MODE:
      g_value_set_enum (value, end->mode);
      return TRUE;
    case R58_LINK_CAPS:
      GST_OBJECT_LOCK (element);
      gst_value_set_caps (value, end->caps);
      GST_OBJECT_UNLOCK (element);
      return TRUE;
    default:
      return FALSE;
  }
}

GstCaps *
r58_link_end_caps (R58LinkEnd *end, GstElement *element, GstCaps *filter)
{
  GST_OBJECT_LOCK (element);
  GstCaps *caps = end->caps ? gst_caps_ref (end->caps) : gst_caps_new_any ();
  GST_OBJECT_UNLOCK (element);
  if (!filter)
    return caps;
  GstCaps *both = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (caps);
  return both;
}

void
r58_link_end_clear (R58LinkEnd *end)
{
  g_free (end->address);
  gst_clear_caps (&end->caps);
}
