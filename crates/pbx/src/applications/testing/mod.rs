//! Two exchanges test the line between them: one dials the other, `TestClient` here and `TestServer` there press keys and send a
//! tone in turn, and each writes what it heard of the other to `testresults` of the log folder.
//!
//! Both steps of one line, side by side (an arrow is what goes over the line):
//!
//! ```text
//! client  3 s  8378*1# ->        <- 8378*1#  1 s  NUMBER# ->  <- 1  1 s  2 ->  1 s  listens 5 s  <- 4  tone ->   <- 5 ...
//! server       8378*1# <-  1 s   -> 8378*1#       NUMBER# <-  -> 1       2 <-  listens 6 s       -> 4  1 s  listens 4 s  -> 5 ...
//! ```

mod line;
pub(super) mod test_client;
pub(super) mod test_server;
