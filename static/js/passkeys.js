// Passkeys (Web Authentication Level 3, §5.1.8 and §5.1.9): a form that is sent with a credential.
// `data-passkey` says where its options come from: "fetch" asks the form's own address, "get" and
// "create" read them from the page.

const bytesOf = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const withBytes = (options) => {
  const known = (list) => list?.map((one) => ({ ...one, id: bytesOf(one.id) }));
  const read = { ...options, challenge: bytesOf(options.challenge) };
  if (options.user) read.user = { ...options.user, id: bytesOf(options.user.id) };
  if (options.allowCredentials) read.allowCredentials = known(options.allowCredentials);
  if (options.excludeCredentials) read.excludeCredentials = known(options.excludeCredentials);
  return read;
};

const optionsOf = async (form) => {
  if (form.dataset.passkey !== "fetch") {
    return JSON.parse(document.getElementById("passkey-options").textContent);
  }
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error("the server did not answer");
  return answer.json();
};

const ask = async (form) => {
  const given = await optionsOf(form);
  if (form.dataset.passkey === "create") {
    const publicKey = withBytes(given.creation_options.publicKey);
    const alone = form.elements.passwordless?.checked;
    publicKey.authenticatorSelection = {
      ...publicKey.authenticatorSelection,
      residentKey: alone ? "required" : "discouraged",
      requireResidentKey: Boolean(alone),
      ...(alone ? { userVerification: "required" } : {}),
    };
    return navigator.credentials.create({ publicKey });
  }
  return navigator.credentials.get({ publicKey: withBytes(given.request_options.publicKey) });
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = form.querySelector("[data-passkey-wrong]");
    try {
      form.elements.credential.value = JSON.stringify((await ask(form)).toJSON());
      form.submit();
    } catch (error) {
      if (wrong) wrong.textContent = `No passkey was used: ${error.message}`;
    }
  });
}
