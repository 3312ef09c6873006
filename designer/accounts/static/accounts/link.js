// Sends the one-time link as soon as a person looks at the page; the button is for the rest.
const form = document.querySelector("form");
if (form && document.visibilityState === "visible") form.requestSubmit();
