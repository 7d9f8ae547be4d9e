// Runs before the first paint: a chosen theme must not flash the other one.
try {
  const { theme } = JSON.parse(localStorage.getItem('ticklegram:preferences') || '{}')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {}
