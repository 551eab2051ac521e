#pragma once

/* From 1.12 on the library has these functions in several versions; the names mean those of 1.10. */
#define H5_USE_110_API 1
#include <dlfcn.h>
/* Where the compiler finds it (CPATH leads it elsewhere), or where Debian has it. Through pkg-config it would be linked,
   too. */
#if !__has_include(<hdf5.h>) && __has_include(<hdf5/serial/hdf5.h>)
#define FERRY_H5_HEADER(name) <hdf5/serial/name>
#else
#define FERRY_H5_HEADER(name) <name>
#endif
#include FERRY_H5_HEADER(hdf5.h)
#if H5_VERSION_GE(1, 13, 0)
#include FERRY_H5_HEADER(H5FDdevelop.h)
#endif

/* The functions that are used, of the types that the library's headers state. The library is loaded when the first file
   is read, not linked: it brings thirty others, and most commands read no HDF5. */
#define FERRY_H5_FUNCTIONS(X)                                                                                      \
  X(H5open) X(H5dont_atexit) X(H5get_libversion) X(H5Aclose) X(H5Aget_space) X(H5Aget_type) X(H5Aiterate2)         \
  X(H5Aopen) X(H5Aread) X(H5Dclose) X(H5Dget_create_plist) X(H5Dget_space) X(H5Dget_type) X(H5Dopen2) X(H5Dread)   \
  X(H5Dvlen_reclaim) X(H5Eclear2) X(H5Eget_auto2) X(H5Eset_auto2) X(H5Ewalk2) X(H5FDregister) X(H5Fclose)          \
  X(H5Fopen) X(H5Gclose) X(H5Gget_create_plist) X(H5Gopen2) X(H5Iget_type) X(H5Oclose) X(H5Oopen)                  \
  X(H5PLset_loading_state) X(H5Pclose) X(H5Pcreate) X(H5Pget_chunk) X(H5Pget_driver_info) X(H5Pget_external_count) \
  X(H5Pget_filter2) X(H5Pget_layout) X(H5Pget_link_creation_order) X(H5Pget_nfilters) X(H5Pset_driver)             \
  X(H5Pset_fclose_degree) X(H5Sclose) X(H5Sget_simple_extent_dims) X(H5Sget_simple_extent_ndims)                   \
  X(H5Sget_simple_extent_type) X(H5Tclose) X(H5Tcommitted) X(H5Tenum_valueof) X(H5Tget_class) X(H5Tget_ebias)      \
  X(H5Tget_fields) X(H5Tget_nmembers) X(H5Tget_norm) X(H5Tget_offset) X(H5Tget_order) X(H5Tget_precision)          \
  X(H5Tget_sign) X(H5Tget_size) X(H5Tget_strpad) X(H5Tis_variable_str)

typedef struct {
#define FERRY_H5_FIELD(name) __typeof__(&name) _Nonnull name;
  FERRY_H5_FUNCTIONS(FERRY_H5_FIELD)
#undef FERRY_H5_FIELD
  /* Macros stand for these. */
  __typeof__(&H5Literate) _Nonnull iterateLinks;
  __typeof__(&H5Oget_info) _Nonnull objectInfo;
  __typeof__(&H5P_CLS_FILE_ACCESS_ID_g) _Nonnull fileAccessClass;
} ferry_h5_functions;

#define FERRY_H5_TEXT_OF(text) #text
#define FERRY_H5_TEXT(name) FERRY_H5_TEXT_OF(name)

/* Looks everything up in a library that was loaded. Returns the name of what it lacks; NULL if that is nothing. */
static inline const char *_Nullable ferry_h5_look_up(void *_Nonnull library, ferry_h5_functions *_Nonnull functions) {
  void *address;
#define FERRY_H5_FIND(field, name)                                                                                     \
  if (!(address = dlsym(library, FERRY_H5_TEXT(name)))) return FERRY_H5_TEXT(name);                                    \
  functions->field = (__typeof__(&name))address;
#define FERRY_H5_FIND_NAMED(name) FERRY_H5_FIND(name, name)
  FERRY_H5_FUNCTIONS(FERRY_H5_FIND_NAMED)
  FERRY_H5_FIND(iterateLinks, H5Literate)
  FERRY_H5_FIND(objectInfo, H5Oget_info)
  FERRY_H5_FIND(fileAccessClass, H5P_CLS_FILE_ACCESS_ID_g)
#undef FERRY_H5_FIND_NAMED
#undef FERRY_H5_FIND
  return 0;
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
