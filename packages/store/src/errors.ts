import { defineErrors } from "@atalaya/errors";

type Directory = { directory: string };
type LogTail = { log: string };
type Home = { home: string };
type Account = { account: string };
type DirectoryCause = { directory: string; because: string };
type Address = { address: string; because: string };
type ObjectName = { object: string };

/** Errors of PostgreSQL and of the object store. */
export const errors = defineErrors("STORE", {
  PLATFORM_UNSUPPORTED: {
    status: 500,
    message: ({ platform }: { platform: string }) => `There is no embedded PostgreSQL for ${platform}`,
    hint: () =>
      "Set DATABASE_URL to a PostgreSQL of your own, or install again with optional dependencies (npm install --include=optional).",
  },
  BINARIES_UNUSABLE: {
    status: 500,
    message: ({ path, because }: { path: string; because: string }) =>
      `The embedded PostgreSQL at ${path} does not run: ${because}`,
    hint: () => "It needs Linux with glibc or macOS. On another system, set DATABASE_URL to a PostgreSQL of your own.",
  },
  ROOT_WITHOUT_ACCOUNT: {
    status: 500,
    message: () => "PostgreSQL refuses to run as root, and this system has no account such as nobody to run it as",
    hint: () => "Start Atalaya as another user, or set DATABASE_URL.",
  },
  ACCOUNT_REFUSED: {
    status: 500,
    message: ({ account }: Account) =>
      `PostgreSQL cannot be run as the account ${account}: the system refuses the change of user`,
    hint: () => "Start Atalaya as a user other than root, or set DATABASE_URL.",
  },
  HOME_NOT_WRITABLE: {
    status: 500,
    message: ({ directory, because }: DirectoryCause) => `The directory ${directory} cannot be used: ${because}`,
    hint: () => "Set ATALAYA_HOME to a directory that you may write to.",
  },
  HOME_OF_ANOTHER_USER: {
    status: 500,
    message: ({ home }: Home) => `The home ${home} belongs to another user, who runs its PostgreSQL`,
    hint: () => "Start as that user, or set ATALAYA_HOME to a directory of your own.",
  },
  HOME_BUSY: {
    status: 503,
    retryable: true,
    message: ({ home, pid }: { home: string; pid: number }) =>
      `Process ${pid} has been starting or stopping PostgreSQL in ${home} for too long`,
    hint: ({ pid }: { pid: number }) => `Look at what process ${pid} does; end it when it hangs, then start again.`,
  },
  DATA_OF_ANOTHER_VERSION: {
    status: 500,
    message: ({ directory, found, expected }: { directory: string; found: string; expected: string }) =>
      `${directory} was made by PostgreSQL ${found}, and this Atalaya carries PostgreSQL ${expected}`,
    hint: () => "Start it with the release of Atalaya that made it, or move the directory away to begin anew.",
  },
  PASSWORD_LOST: {
    status: 500,
    message: ({ file }: { file: string }) => `The password of the embedded PostgreSQL is not the one in ${file}`,
    hint: () => "Put the file back from a copy of the home. Without it the data cannot be opened.",
  },
  INITDB_FAILED: {
    status: 500,
    message: ({ log }: LogTail) => `A new PostgreSQL data directory could not be made: ${log}`,
    hint: () => "The text is PostgreSQL's own. Set DATABASE_URL to use another PostgreSQL.",
  },
  DISK_FULL: {
    status: 507,
    message: ({ directory }: { directory: string; log: string }) => `PostgreSQL found no space left on the disk of ${directory}`,
    hint: ({ directory }: { directory: string; log: string }) =>
      `Free some space on the disk of ${directory}, then start again. No data was lost.`,
  },
  PORT_TAKEN: {
    status: 500,
    retryable: true,
    message: ({ attempts }: { attempts: number }) => `PostgreSQL found its port taken ${attempts} times in a row`,
    hint: () => "Another program takes ports as fast as they are found free. Start again, or set DATABASE_URL.",
  },
  START_FAILED: {
    status: 500,
    message: ({ log }: LogTail) => `The embedded PostgreSQL did not start: ${log}`,
    hint: () => "The text is the end of its log, server.log in the home.",
  },
  START_TIMED_OUT: {
    status: 503,
    retryable: true,
    message: ({ seconds, log }: { seconds: number; log: string }) =>
      `The embedded PostgreSQL was not ready after ${seconds} s: ${log}`,
    hint: () => "After a crash it may need longer to recover: start again.",
  },
  DATABASE_UNREACHABLE: {
    status: 503,
    retryable: true,
    message: ({ address, because }: Address) => `PostgreSQL at ${address} does not answer: ${because}`,
    hint: () => "Check DATABASE_URL (or PG_HOST and PG_PORT) and that the server runs.",
  },
  DATABASE_REFUSED: {
    status: 500,
    message: ({ address, because }: Address) => `PostgreSQL at ${address} refuses the connection: ${because}`,
    hint: () => "Check user, password and database in DATABASE_URL (or PG_USER, PG_PASSWORD and PG_DATABASE).",
  },
  DATABASE_NEWER: {
    status: 500,
    message: ({ found }: { found: string; known: string }) =>
      `The database was made by a newer Atalaya: this one does not know its migration ${found}`,
    hint: ({ known }: { found: string; known: string }) => `Update Atalaya. This release knows the migrations up to ${known}.`,
  },
  MIGRATION_FAILED: {
    status: 500,
    message: ({ migration, because }: { migration: string; because: string }) =>
      `Migration ${migration} of the database failed: ${because}`,
    hint: () => "Nothing was changed: all migrations run in one transaction.",
  },
  OBJECT_DISK_FULL: {
    status: 507,
    message: ({ directory }: Directory) => `There is no space left on the disk of ${directory}`,
    hint: ({ directory }: Directory) =>
      `Free some space on the disk of ${directory}, then start again. Nothing was half written.`,
  },
  OBJECT_MISSING: {
    status: 404,
    message: ({ object }: ObjectName) => `Object ${object} is not in the store`,
    hint: () => "It was removed, or the home or bucket is another one than when it was written.",
  },
  OBJECT_CORRUPT: {
    status: 500,
    message: ({ object, expected, found }: { object: string; expected: string; found: string }) =>
      `Object ${object} is corrupt: its SHA-256 should be ${expected} and is ${found}`,
    hint: () => "Put the object back from a copy. Atalaya never changes an object after it was written.",
  },
  OBJECT_NAME_INVALID: {
    status: 400,
    message: ({ object, because }: { object: string; because: string }) => `"${object}" cannot name an object: ${because}`,
    hint: () => "Names have letters, digits, dots, hyphens and underscores, and begin with a letter or digit.",
  },
  OBJECT_STORE_REFUSED: {
    status: 500,
    message: ({ object, because }: { object: string; because: string }) => `The object store refuses ${object}: ${because}`,
    hint: () =>
      "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that they may read, write, list and delete in ATALAYA_S3_BUCKET (and make it, where it is missing).",
  },
  OBJECT_STORE_FAILED: {
    status: 503,
    retryable: true,
    message: ({ object, because }: { object: string; because: string }) => `The object store failed on ${object}: ${because}`,
    hint: () =>
      "Check S3_ENDPOINT, the keys and that the server runs and has space. A MINIO_ENDPOINT without a scheme is https unless MINIO_SECURE=false.",
  },
  REMOTE_ADDRESS: {
    status: 400,
    message: ({ because }: { because: string }) => `The address of a source cannot be used: ${because}`,
    hint: () =>
      "Write s3://[key:secret@]bucket[/prefix][?endpoint=https://…&region=…] or postgresql://user:password@host/database. " +
      "Without keys of its own, a bucket is read with S3_ENDPOINT, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  },
  REMOTE_UNREACHABLE: {
    status: 502,
    retryable: true,
    message: ({ place, attempts, because }: { place: string; attempts: number; because: string }) =>
      `${place} gave no usable answer in ${attempts} attempts: ${because}`,
    hint: () => "Check that it runs and can be reached from here; the run can be repeated, no batch is taken twice.",
  },
  REMOTE_REFUSED: {
    status: 502,
    message: ({ place, because }: { place: string; because: string }) => `${place} refuses: ${because}`,
    hint: () => "Check the address, what its user may read, and the query where there is one.",
  },
  REMOTE_COLUMN: {
    status: 400,
    message: ({ place, column, found }: { place: string; column: string; found: readonly string[] }) =>
      `The query of ${place} gives no column "${column}", which its watermark or key names. It gives: ${found.join(", ") || "none"}`,
    hint: () => "Select the columns of watermark and key too, under the names that the source gives them.",
  },
  REMOTE_KEY: {
    status: 409,
    message: ({ place, columns, values }: { place: string; columns: readonly string[]; values: readonly string[] }) =>
      `Two rows of ${place} have the same ${columns.join(", ")} (${values.join(", ")}), so that it cannot be told where to go on`,
    hint: () => "Add columns to `key` of the source until watermark and key together identify a row.",
  },
  BACKUP_BROKEN: {
    status: 400,
    message: ({ file, because }: { file: string; because: string }) => `The backup ${file} cannot be used: ${because}`,
    hint: () => "Nothing was changed. Take another copy of it, or another backup.",
  },
  BACKUP_OF_ANOTHER_RELEASE: {
    status: 409,
    message: ({ found, known }: { found: string; known: string }) =>
      `The backup is of a release with the migration ${found}, and this one has ${known}`,
    hint: () => "Restore it with the release that made it, then start this release on it, which brings it up to date.",
  },
  RESTORE_NOT_EMPTY: {
    status: 409,
    message: ({ table }: { table: string }) => `The database is not empty: ${table} has rows, and nothing was changed`,
    hint: () => "Name an empty database with DATABASE_URL, or a new folder with ATALAYA_HOME.",
  },
  BATCH_UNKNOWN: {
    status: 404,
    message: ({ batch }: { batch: number }) => `There is no batch ${batch}`,
    hint: () => "List the batches of the pipeline to see their numbers.",
  },
  RUN_UNKNOWN: {
    status: 404,
    message: ({ run }: { run: string }) => `There is no run ${run}`,
    hint: () => "atalaya runs lists the runs.",
  },
});
