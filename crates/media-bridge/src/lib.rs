//! The media plane: RTP legs, bridges, players, on threads of their own.
