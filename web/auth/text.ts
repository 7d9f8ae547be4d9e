import { text } from '../text.ts'

/** The words of the pages around signing in that few people ever see. */
export const authText = {
  forgotten: {
    title: 'Choose a new password',
    lead: 'Enter the e-mail address of your account. If it belongs to one, a link comes by mail.',
    email: 'E-mail',
    emailWrong: 'This does not look like an e-mail address.',
    submit: 'Send the link',
    submitting: 'Sending',
    sentTitle: 'Look into your mail',
    sent: (email: string) =>
      `If ${email} belongs to an account, a link is on its way. It works once, within 30 minutes. Nothing there? Look under spam, or ask again in a while.`,
    noMail: 'This server sends no mail. An admin can set a new password for you.',
    back: 'Back to sign-in',
    failed: 'Nothing was sent. Try again in a moment.',
  },
  link: {
    caption: 'Opened with a one-time link',
    resetTitle: 'Choose a new password',
    resetLead: (name: string) => `For ${name}. You are signed out everywhere; sign in with it afterwards.`,
    invitationTitle: (name: string) => `Welcome, ${name}`,
    invitationLead: 'Your account is ready. Choose a password, then sign in with it.',
    password: 'New password',
    again: 'Once more',
    notSame: 'The two are not the same.',
    submit: 'Set password',
    submitting: 'Setting it',
    doneTitle: 'Your password is set',
    done: 'Sign in with it now.',
    toSignIn: 'Go to sign-in',
    invalidTitle: 'This link does not work any more',
    invalid: 'It was used, is too old, or a newer one was made. Ask for a new one, or ask an admin.',
    askAgain: 'Ask for a new link',
    failed: 'The link could not be checked.',
    tooShort: text.setUp.passwordShort,
    refused: {
      weak_password: 'This password is too easy to guess. Take a longer one, best a sentence.',
    } as Record<string, string>,
  },
}
