#include "app/run.hpp"

int main(int argc, char** argv) { return nsew::run(argc, argv); }
