"""Who a machine is: enrolment tokens, the authority, certificates (trust.md "Identity")."""
