import type { ReactNode } from "react";

const drawn = (paths: ReactNode) => (
  <svg
    width="18"
    height="18"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.9"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    {paths}
  </svg>
);

export const icons = {
  home: drawn(<path d="M4 11l8-7 8 7v8a1 1 0 0 1-1 1h-4v-6H9v6H5a1 1 0 0 1-1-1z" />),
  predict: drawn(
    <>
      <path d="M4 18h16M4 12h9M4 6h5" />
      <circle cx="17" cy="12" r="2" />
      <circle cx="13" cy="6" r="2" />
    </>,
  ),
  models: drawn(<path d="M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12L4 7.5" />),
  runs: drawn(
    <>
      <circle cx="5" cy="6" r="2" />
      <circle cx="19" cy="12" r="2" />
      <circle cx="5" cy="18" r="2" />
      <path d="M7 6h5a3 3 0 0 1 3 3v3h2M7 18h5a3 3 0 0 0 3-3v-3" />
    </>,
  ),
  data: drawn(
    <>
      <ellipse cx="12" cy="6" rx="7" ry="3" />
      <path d="M5 6v12c0 1.7 3.1 3 7 3s7-1.3 7-3V6M5 12c0 1.7 3.1 3 7 3s7-1.3 7-3" />
    </>,
  ),
  watch: drawn(<path d="M3 13h4l3-8 4 14 3-6h4" />),
  audit: drawn(
    <>
      <circle cx="10.5" cy="10.5" r="6" />
      <path d="M15 15l5 5" />
    </>,
  ),
} as const;
