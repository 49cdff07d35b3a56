// Every file begins with the interpreter, which is what its values are those of. One that imports `adjoint`, and with it the
// WebAssembly backend, or sets a backend itself, leaves that to the files after it in the same process.
import { referenceBackend, setBackend } from "@adjoint/tensor";

setBackend(referenceBackend);
