/** A certificate and its key, both PEM. */
export interface TestCertificate {
  readonly certificate: Buffer;
  readonly key: Buffer;
}
/** How a certificate differs. */
export interface CertificateParts {
  /** The only name that it is for; else localhost and 127.0.0.1. */
  readonly name?: string;
  /** Whether its time was over an hour ago. */
  readonly isExpired?: boolean;
}
/** Makes a self-signed certificate (RFC 5280), good for some hours where nothing else is said. */
export declare function selfSigned({ name: only, isExpired }?: CertificateParts): TestCertificate;
