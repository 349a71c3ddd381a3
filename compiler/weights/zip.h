/* zip.h: zip files in memory, for the readers whose format is one (.npz, PyTorch's .pt). */
#ifndef NETC_WEIGHTS_ZIP_H
#define NETC_WEIGHTS_ZIP_H
#include "bytes.h"

typedef struct {
	const char *name;  /* not NUL-terminated, as in the directory */
	const char *shown; /* as messages show it */
	size_t name_n;
	int flags, method;
	uint32_t crc;
	uint64_t packed, size; /* bytes in the file, bytes inflated */
	uint64_t disk, header; /* where its local header is */
	uint64_t data, end;    /* where its data are */
	bool good;             /* can be opened */
} Member;

typedef struct {
	Reader *r; /* borrowed */
	const unsigned char *p;
	uint64_t n;
	uint64_t directory, directory_n, count; /* offset, bytes, members */
	TABLE(Member) member;
} Zip;

/* Reads the directory. false after a message. */
bool zip_open(Zip *z, Reader *r, const unsigned char *data, size_t n);
/* Checks what the directory says of the members against the file: names, methods, places, sizes. After messages the
 * members at fault are not good; false if none can be trusted. */
bool zip_check(Zip *z);
bool member_ends(const Member *m, const char *tail);
/* A member's bytes, checksummed; NULL after a message. *owned is what to free. */
const unsigned char *member_open(Zip *z, const Member *m, unsigned char **owned);
#endif
