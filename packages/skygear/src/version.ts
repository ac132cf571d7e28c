/** Version of this package, as sent in `X-Skygear-SDK-Version`. */
export const VERSION = '2.0.0'
