// The C++ headers are included by CTorch alone.
