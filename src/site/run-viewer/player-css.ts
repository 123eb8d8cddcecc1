/** The stylesheet of the player as text: the bundler puts it in (player-css-loader.ts), so that no other page carries it. */
export const playerCss: string = ''
