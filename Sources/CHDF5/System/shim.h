#pragma once

/* From 1.12 on the library has these functions in several versions; the names mean those of 1.10. */
#define H5_USE_110_API 1
#include <hdf5.h>
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

/* What Swift cannot import: macros that stand for globals, casts or other names. */

static inline hid_t ferry_h5_file_access_class(void) { return H5P_FILE_ACCESS; }

static inline herr_t ferry_h5_object_info(hid_t object, H5O_info_t *info) { return H5Oget_info(object, info); }

static inline herr_t ferry_h5_iterate_links(
    hid_t group, H5_index_t index, hsize_t *position, H5L_iterate_t body, void *context) {
  return H5Literate(group, index, H5_ITER_INC, position, body, context);
}

/* Before 1.13 a driver states no version. */
static inline void ferry_h5_state_driver_version(H5FD_class_t *driver) {
#if H5_VERSION_GE(1, 13, 0)
  driver->version = H5FD_CLASS_VERSION;
  driver->value = (H5FD_class_value_t)600;
#else
  (void)driver;
#endif
}
