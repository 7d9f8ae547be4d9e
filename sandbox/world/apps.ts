/** Messenger's own inbox and apps, as Meta names them in echoes. */
export const PAGE_INBOX_APP_ID = '26390203743090'
